"""Which environment and Python the app runs in, and whether it fits the image.

In come the evidence and the image's files; out goes ``EnvironmentFacts``: the path, the Python and
whose it is, the folders that go over whole. What choices may drop stays open (``Found``) until
``facts.settled``. Read ``facts.find_environment`` first, then ``which.choose_environment``;
``python_by_text`` has the answers without an image, ``fit`` refuses what cannot be loaded, and
``synced`` compares the environment with what `uv run` would make of it.
"""

from uvdive.rewrite.environment.facts import HIDDEN, EnvironmentFacts, find_environment, settled, warn_draft
from uvdive.rewrite.environment.fit import check_native
from uvdive.rewrite.environment.made_at_start import environment_of, project_settings
from uvdive.rewrite.environment.of_stage import environments_of_stage, stage_called, within
from uvdive.rewrite.environment.python_by_text import check_pin
from uvdive.rewrite.environment.synced import Change, RunCall, Synced, other_python, what_it_syncs
from uvdive.rewrite.environment.which import (
    Found,
    nothing_installed,
    project_environment,
    sites,
    uv_bytes,
)

__all__ = [
    "HIDDEN",
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
    "nothing_installed",
    "other_python",
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
