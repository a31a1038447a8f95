"""Which paths go over from the build stage to the last one.

In come the image's files, the environment, the bases and what RUNs repeat; out goes a ``CopySet``:
paths, folders to make first, links. Read ``choose.choose_copies`` first, then ``copier.Copier``,
which asks ``already_there.Provided`` what the last stage has anyway and ``exclusions`` what stays
behind. ``own_copies`` leaves to the author's own instructions what these bring, ``ownership`` says
whose the copies are. Without an image ``by_text`` goes by the instructions.
"""

from uvdive.rewrite.copies.behind.already_there import Provided
from uvdive.rewrite.copies.behind.project_files import project_file_names
from uvdive.rewrite.copies.behind.written_again import Written
from uvdive.rewrite.copies.by_text.chown import hands_over, last_build
from uvdive.rewrite.copies.choose import choose_copies, node_modules_of
from uvdive.rewrite.copies.copier import Copier
from uvdive.rewrite.copies.copy_set import CopySet, Link, OwnCopy
from uvdive.rewrite.copies.in_words import explain
from uvdive.rewrite.copies.of_targets import of_shared
from uvdive.rewrite.copies.ownership import with_owners

__all__ = [
    "Copier",
    "CopySet",
    "Link",
    "OwnCopy",
    "Provided",
    "Written",
    "choose_copies",
    "explain",
    "hands_over",
    "last_build",
    "node_modules_of",
    "of_shared",
    "project_file_names",
    "with_owners",
]
