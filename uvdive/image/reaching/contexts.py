"""The docker client's own settings: contexts, and the variables for TLS.

https://docs.docker.com/engine/manage-resources/contexts/,
https://docs.docker.com/reference/cli/docker/#environment-variables
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from uvdive.base.errors import EngineError
from uvdive.base.files.foreign import read_file
from uvdive.image.reaching.address import Certificates, Endpoint


def config_folder(environ: Mapping[str, str]) -> Path:
    """Where the docker client keeps its settings."""
    return Path(environ.get("DOCKER_CONFIG") or home(environ) / ".docker")


def home(environ: Mapping[str, str]) -> Path:
    """The user's home folder."""
    return Path(environ.get("HOME") or Path.home())


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object, or nothing where there is none: the docker client goes on with its defaults."""
    try:
        value = json.loads(read_file(path))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def current_context(environ: Mapping[str, str]) -> str | None:
    """The context that ``docker context use`` chose; None where none was."""
    current = read_json(config_folder(environ) / "config.json").get("currentContext")
    return current if isinstance(current, str) else None


def context_endpoint(name: str, environ: Mapping[str, str], found_by: str) -> Endpoint:
    """A context's endpoint, read from the client's store.

    The docker SDK finds the store only beside a ``config.json``, which need not exist.

    Raises:
        EngineError: there is no such context.
    """
    store = config_folder(environ) / "contexts"
    number = hashlib.sha256(name.encode()).hexdigest()
    meta = read_json(store / "meta" / number / "meta.json")
    try:
        endpoint = meta["Endpoints"]["docker"]
        host, no_verify = str(endpoint["Host"]), bool(endpoint.get("SkipTLSVerify"))
    except (KeyError, TypeError, AttributeError):
        raise EngineError(
            f"There is no docker context {name} ({found_by}).",
            "See `docker context ls`, or set DOCKER_HOST.",
        ) from None
    tls = _of_context(store / "tls" / number / "docker", no_verify=no_verify)
    return Endpoint(host, f"docker context {name}", tls)


def context_names(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The names of all contexts in the store, sorted."""
    try:
        folders = list((config_folder(environ) / "contexts" / "meta").iterdir())
    except OSError:
        return ()
    names = (read_json(folder / "meta.json").get("Name") for folder in folders)
    return tuple(sorted(name for name in names if isinstance(name, str)))


def _of_context(folder: Path, *, no_verify: bool) -> Certificates | None:
    """The certificates of a context; None where it has none and asks for none."""
    ca, cert, key = (folder / f"{name}.pem" for name in ("ca", "cert", "key"))
    if not ca.exists() and not cert.exists() and not no_verify:
        return None
    return Certificates(
        ca if ca.exists() else None,
        cert if cert.exists() else None,
        key if cert.exists() else None,
        verify=not no_verify,
    )


def certificates(environ: Mapping[str, str]) -> Certificates | None:
    """TLS for DOCKER_HOST: the client speaks it where DOCKER_TLS_VERIFY or DOCKER_TLS is set.

    DOCKER_CERT_PATH only says where ``ca.pem``, ``cert.pem`` and ``key.pem`` are.

    Raises:
        EngineError: the authority that shall be trusted is not there, or a certificate without its key.
    """
    verify = bool(environ.get("DOCKER_TLS_VERIFY"))
    if not verify and not environ.get("DOCKER_TLS"):
        return None
    folder = Path(environ.get("DOCKER_CERT_PATH") or config_folder(environ))
    ca, cert, key = (folder / f"{name}.pem" for name in ("ca", "cert", "key"))
    own = cert.exists() or key.exists()
    needed = ([ca] if verify else []) + ([cert, key] if own else [])
    missing = next((path for path in needed if not path.is_file()), None)
    if missing is not None:
        raise EngineError(
            f"{missing} is not there, which TLS with the engine needs.",
            "DOCKER_CERT_PATH names the folder with ca.pem, cert.pem and key.pem; without "
            "DOCKER_TLS_VERIFY and DOCKER_TLS there is no TLS.",
        )
    return Certificates(
        ca if ca.is_file() else None, cert if own else None, key if own else None, verify=verify
    )
