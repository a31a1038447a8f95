"""Which images the stages start from, what a base hands down, several stages and targets.

In come the evidence, the environment and the reports of bases that are at hand; out go ``Bases``,
the variables and start commands that the new base lacks, and the targets that get it too. Files
that have several stages already are judged here. Read ``bases.choose_bases`` first.
"""

from uvdive.rewrite.stages.bare_base import leanest_base
from uvdive.rewrite.stages.base_difference import (
    BaseLookup,
    Beyond,
    KnownBases,
    Nothing,
    announce_old_base,
)
from uvdive.rewrite.stages.bases import Bare, Bases, check_interpreter, check_versions, choose_bases
from uvdive.rewrite.stages.final_base import choose_final_base
from uvdive.rewrite.stages.inherited import added_variables, check_inherited, start_text
from uvdive.rewrite.stages.last_variables import last_environs
from uvdive.rewrite.stages.lean import is_lean
from uvdive.rewrite.stages.multistage import check_multistage, check_single, keeps_uv, note_stages
from uvdive.rewrite.stages.stray_uv import steps_with_uv
from uvdive.rewrite.stages.targets import adding, lean_targets, only_adds
from uvdive.rewrite.stages.wanted import Divided, up_to
from uvdive.rewrite.stages.without_shell import on_base

__all__ = [
    "Bare",
    "BaseLookup",
    "Bases",
    "Beyond",
    "Divided",
    "KnownBases",
    "Nothing",
    "added_variables",
    "adding",
    "announce_old_base",
    "check_inherited",
    "check_interpreter",
    "check_multistage",
    "check_single",
    "check_versions",
    "choose_bases",
    "choose_final_base",
    "is_lean",
    "keeps_uv",
    "last_environs",
    "lean_targets",
    "leanest_base",
    "note_stages",
    "on_base",
    "only_adds",
    "start_text",
    "steps_with_uv",
    "up_to",
]
