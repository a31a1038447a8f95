"""How the command line's options say to read a TARGET."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from uvdive.session.opening.options import ReadOptions

if TYPE_CHECKING:
    from uvdive.session.sources import Source
    from uvdive.tui.services import Opened


def reading(args: argparse.Namespace) -> ReadOptions:
    """How to read an image, as the options of ``add_reading`` say."""
    return ReadOptions(
        args.platform,
        args.verify_digests,
        args.duplicates,
        not args.no_layer_cache,
        args.via,
        pull=args.pull,
        insecure=tuple(args.insecure_registry),
    )


def here(args: argparse.Namespace) -> ReadOptions:
    """As ``reading``; the image's Dockerfile may lie in the current folder."""
    return replace(reading(args), look_in=Path())


def opened_of(source: Source) -> Opened:
    """A source as the app explores it: not built where its image is there and was built of the same."""
    from uvdive.tui.services import Opened

    source.reuse = True
    return Opened(
        source.called,
        source.open,
        source.dockerfile,
        source.context,
        source.build_args,
        source.recipe,
        builds=source.request is not None,
    )
