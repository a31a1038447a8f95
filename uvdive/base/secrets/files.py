"""Files that usually hold passwords, tokens or private keys, by their names alone.

The one table of them: the ledger looks for the names, and findings and the rewrite tell of
the files. Words in variables and commands are ``words``' matter.
"""

from __future__ import annotations

import re

NAMES = frozenset(
    (
        *(".env", ".netrc", "_netrc", ".pypirc", ".git-credentials", ".pgpass", ".vault-token"),
        *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"),
        *(".npmrc", ".my.cnf", ".htpasswd", ".dockercfg", ".s3cfg", ".boto", ".vault_pass", "kaggle.json"),
    )
)
"""Names that say it wherever the file lies."""

LAST = frozenset(
    (
        "credentials",
        "config",
        "credentials.toml",
        "hosts.yml",
        "auth.toml",
        "token",
        "secrets.toml",
        "settings.xml",
    )
)
STARTS = ".env."
ENDS = (".json", ".pem", ".key", ".p12", ".pfx", ".ppk", ".kdbx")
"""What the name of any other file of ``is_secret_file`` is, begins with or ends with."""

_GCLOUD = "/.config/gcloud/"
_PATHS = re.compile(
    r"/\.env\.(?!(?:[^/]*[._-])?(?:example|sample|template|dist|defaults?|tmpl)(?:$|[._-]))[\w.-]+$"
    r"|/\.aws/credentials$|/\.kube/config$|/\.docker/config\.json$|/\.config/gcloud/"
    r"|/\.cargo/credentials(?:\.toml)?$|/\.gem/credentials$|/uv/credentials/credentials\.toml$"
    r"|/\.config/gh/hosts\.yml$|/\.config/pypoetry/auth\.toml$|/\.streamlit/secrets\.toml$"
    r"|/\.m2/settings\.xml$|/(?:\.cache/|\.)huggingface/token$"
    r"|\.(?:p12|pfx|ppk|kdbx)$",
    re.ASCII,
)
_KEY = re.compile(
    r"(?:.{0,200}[._-])?(?:private|privkey|priv|server|client|tls|ssl|secret|signing|deploy|key)"
    r"(?:[._-].{0,200})?\.key",
    re.ASCII | re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"(?:^|[._-])(?:ca|cas|certs?|certificates?|chain|fullchain|bundle|public|pub|pubkey|crl|csr|dh\d{0,5}|dhparams?)"
    r"\d{0,9}(?:[._-]|$)|root|cacert|CA\d{0,9}\.pem$",
    re.ASCII | re.IGNORECASE,
)
"""Certificates, and public halves of keys: they lie in files that are called as private ones are."""
_CERTIFICATES = ("/ssl/certs/", "/pki/", "/ca-certificates/", "/keyrings/", "/trusted.gpg.d/")
_LIBRARIES = ("/site-packages/", "/dist-packages/", "/node_modules/")


def is_secret_file(path: str) -> bool:
    """Does a file with this absolute path usually hold a secret? Those of installed packages do not."""
    if any(folder in path for folder in _LIBRARIES):
        return False
    name = path.rpartition("/")[2]
    if name in NAMES:
        return True
    if name.endswith((".pem", ".key")):
        return _is_private(path, name)
    found = _PATHS.search(path)
    return found is not None and (found[0] != _GCLOUD or path.endswith(".json"))


def _is_private(path: str, name: str) -> bool:
    if any(folder in path for folder in _CERTIFICATES) or _PUBLIC.search(name):
        return False
    return name.endswith(".pem") or _KEY.fullmatch(name) is not None
