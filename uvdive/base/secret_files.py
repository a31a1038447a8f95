"""Files that usually hold passwords, tokens or private keys, by their names alone.

The one table of them: the ledger looks for the names, and findings and the rewrite tell of
the files. Words in variables and commands are ``uvdive.base.secret_words``' matter.
"""

from __future__ import annotations

import re

NAMES = frozenset(
    (
        *(".env", ".netrc", "_netrc", ".pypirc", ".git-credentials", ".pgpass", ".vault-token"),
        *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"),
    )
)
"""Names that say it wherever the file lies."""

LAST = frozenset({"credentials", "config"})
STARTS, ENDS = ".env.", ".json"
"""What the name of any other file of ``is_secret_file`` is, begins with or ends with."""

_PATHS = re.compile(
    r"/\.env\.(?!(?:.*[._-])?(?:example|sample|template|dist|defaults?|tmpl)(?:$|[._-]))[\w.-]+$"
    r"|/\.aws/credentials$|/\.kube/config$|/\.docker/config\.json$|/\.config/gcloud/.*\.json$",
    re.ASCII,
)
_LIBRARIES = ("/site-packages/", "/dist-packages/", "/node_modules/")


def is_secret_file(path: str) -> bool:
    """Does a file with this absolute path usually hold a secret? Those of installed packages do not."""
    if any(folder in path for folder in _LIBRARIES):
        return False
    return path.rpartition("/")[2] in NAMES or _PATHS.search(path) is not None
