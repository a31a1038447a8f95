"""Which environment and Python the app runs in, and whether it fits the image.

In come the evidence and the image's files; out goes ``EnvironmentFacts``: the path, the Python and
whose it is, the folders that go over whole. What choices may drop stays open (``Found``) until
``facts.settled``. Read ``find`` first, then ``which.choose_environment`` and ``by_text``;
``python_by_text`` has the Python without an image, ``fit`` refuses what cannot be loaded, and
``synced`` compares the environment with what `uv run` would make of it.
"""

from uvdive.rewrite.environment.by_text import HIDDEN, warn_draft
from uvdive.rewrite.environment.facts import EnvironmentFacts, settled
from uvdive.rewrite.environment.find import find_environment
from uvdive.rewrite.environment.fit import check_native
from uvdive.rewrite.environment.interpreter_by_text import no_release
from uvdive.rewrite.environment.made_at_start import (
    environment_of,
    has_dev,
    is_package,
    lacks_project,
    project_above,
    project_settings,
)
from uvdive.rewrite.environment.of_stage import environments_of_stage, stage_called, within
from uvdive.rewrite.environment.python_by_text import check_pin
from uvdive.rewrite.environment.synced import Change, RunCall, Synced, other_python, what_it_syncs
from uvdive.rewrite.environment.which import (
    OFFICIAL,
    Found,
    is_prefix,
    nothing_installed,
    project_environment,
    sites,
    uv_bytes,
)

__all__ = [
    "HIDDEN",
    "OFFICIAL",
    "Change",
    "EnvironmentFacts",
    "Found",
    "RunCall",
    "Synced",
    "check_native",
    "check_pin",
    "environment_of",
    "environments_of_stage",
    "find_environment",
    "has_dev",
    "is_package",
    "is_prefix",
    "lacks_project",
    "no_release",
    "nothing_installed",
    "other_python",
    "project_above",
    "project_environment",
    "project_settings",
    "settled",
    "sites",
    "stage_called",
    "uv_bytes",
    "warn_draft",
    "what_it_syncs",
    "within",
]
