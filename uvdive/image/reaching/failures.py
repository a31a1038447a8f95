"""Why an engine cannot be reached, in words for people: what happened, and what to do."""

from __future__ import annotations

import re

from uvdive.base import machine
from uvdive.base.errors import EngineError, NoEngineError
from uvdive.image.reaching.address import Endpoint, ssh_place

_LAST_LINES = 20

MAY_USE = (
    "See that Docker Desktop, OrbStack or colima runs as you."
    if machine.PLATFORM == "darwin"
    else "Add the user to the group docker (sudo usermod -aG docker $USER), then log in again."
)
"""What to do where a socket may not be used; on a Mac there is no such group."""

_SIGNED = (
    "Put a cert.pem and key.pem that the engine's own authority signed into DOCKER_CERT_PATH, or into the "
    "docker context."
)
_TRUST = (
    "DOCKER_CERT_PATH, or the docker context, has to have the right ca.pem, and the address the name that "
    "the certificate is for."
)
_NO_TLS = "Unset DOCKER_TLS_VERIFY and DOCKER_TLS, or name the port where it speaks TLS (2376)."

_TLS = (
    ("CERTIFICATE_VERIFY_FAILED", "The engine shows a certificate that nobody here vouches for", _TRUST),
    ("CERTIFICATE_REQUIRED", "The engine wants to know who you are", _SIGNED),
    ("UNKNOWN_CA", "The engine does not take your certificate", _SIGNED),
    ("BAD_CERTIFICATE", "The engine does not take your certificate", _SIGNED),
    ("WRONG_VERSION_NUMBER", "The engine speaks no TLS there", _NO_TLS),
    ("RECORD_LAYER_FAILURE", "The engine speaks no TLS there", _NO_TLS),
    ("HTTPS server", "The engine speaks TLS there", "Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH."),
)
"""Words of what Python's ssl or an engine says of TLS, what they mean, and what to do."""


_BROKEN = re.compile(r"reset by peer|Broken pipe|Connection aborted|EOF occurred")


def no_engine(error: Exception, endpoint: Endpoint) -> EngineError:
    """The error for an engine that does not answer, by what went wrong."""
    where, said = f"{endpoint.shown} ({endpoint.found_by})", str(error)
    if "Permission denied" in said:
        return EngineError(f"You may not use the engine's socket {where}.", MAY_USE)
    for words, what, do in _TLS:
        if words in said:
            return EngineError(f"{what}: {where}.", do)
    if endpoint.tls is not None and _BROKEN.search(said):
        # What it says about a certificate may be lost where it closes while we still ask.
        what = "The engine breaks off, as it does where it wants to know who you are, or does not take"
        return EngineError(f"{what} your certificate: {where}.", _SIGNED)
    return NoEngineError(
        f"No container engine answers at {where}.",
        "Start Docker, set DOCKER_HOST, or open an archive that `docker save` wrote. "
        "uvdive doctor says where it was looked for.",
    )


_BY_SSH: tuple[tuple[str, type[EngineError], str, str], ...] = (
    (
        r"REMOTE HOST IDENTIFICATION HAS CHANGED",
        EngineError,
        "{host} shows another host key than the one that is known, so ssh does not connect to {where}.",
        "Somebody may be in between. If the new key is right, take the old one away with ssh-keygen -R.",
    ),
    (
        r"Host key verification failed|No \S+ host key is known",
        EngineError,
        "The host key of {host} is not known here, so ssh does not connect to {where}.",
        "Run `{ssh}` once, and say yes to the key if it is right.",
    ),
    (
        r"Permission denied \(|Too many authentication failures",
        EngineError,
        "{host} does not let you in without asking: {where}.",
        "See that `{ssh}` asks for no password: ssh-copy-id puts a key there, ssh-add unlocks it.",
    ),
    (
        r"(?m)^ssh: |^kex_exchange_identification|^Connection (?:closed|reset|timed out)",
        NoEngineError,
        "ssh does not reach {host}: {where}.",
        "See that `{ssh}` works.",
    ),
    (
        r"(?i)permission denied",
        EngineError,
        "{login} may not use the engine's socket there: {where}.",
        "See that `{ssh} {client} version` works: on Linux the user has to be in the group docker there.",
    ),
    (
        r"(?i)Cannot connect|dial unix|unable to connect|failed to open the raw stream",
        NoEngineError,
        "No container engine answers on {host}: {where}.",
        "Start it there, and see that `{ssh} {client} version` works.",
    ),
    (
        r"(?i)not found|No such file|not recognized",
        NoEngineError,
        "There is no {client} client on {host}, which ssh:// needs there: {where}.",
        "Install it where a login without a terminal finds it: see that `{ssh} {client} version` works.",
    ),
)
"""Words of what an ssh client or the other side says, the error, what it means, and what to do."""


def ssh_failure(error: BaseException, endpoint: Endpoint, words: str) -> EngineError:
    """The error for a connection that did not come about.

    Args:
        error: what was raised.
        endpoint: where to.
        words: what the ssh client said.
    """
    place, where = ssh_place(endpoint), f"{endpoint.shown} ({endpoint.found_by})"
    lines = tuple(line.strip() for line in words.splitlines() if line.strip())[-_LAST_LINES:]
    if _without_client(error):
        return EngineError(
            f"{where} needs the ssh client, and there is none.",
            "Install OpenSSH's client (the package openssh-client), and see that ssh is on the PATH.",
        )
    named = {
        "host": place.host, "where": where, "login": place.login, "ssh": place.command,
        "client": endpoint.client,
    }  # fmt: skip
    for pattern, kind, what, do in _BY_SSH:
        if re.search(pattern, words):
            return kind(what.format_map(named), do.format_map(named), lines)
    return NoEngineError(
        f"No container engine answers at {where}.",
        "See that `{ssh} {client} version` works.".format_map(named),
        lines,
    )


def _without_client(error: BaseException | None) -> bool:
    """Is it that the ssh client itself was not found? Libraries wrap what they caught."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, FileNotFoundError) and error.filename == "ssh":
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
