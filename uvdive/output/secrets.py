"""Which words in an image's config and history look like secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "[redacted]"
_LONG_ENOUGH = 8

_NAME = (
    r"[A-Za-z0-9_.]{0,200}(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|API_?KEY|ACCESS_?KEY"
    r"|PRIVATE_?KEY|SECRET_?KEY|SIGNING_?KEY|ENCRYPTION_?KEY|AUTH_?KEY|CONNECTION_?STRING|_DSN)"
    r"(?:S|_?[0-9]+|_[A-Za-z0-9_]{1,100})?"
)
"""A variable that holds a secret. GPG_KEY of the python images is a public fingerprint.

Every repetition here has an end: a history line of a stranger may be megabytes long,
and no pattern may take quadratic time over it.
"""

# What ends so names a place or a switch, not the secret itself.
_HARMLESS_NAME = re.compile(
    r"(?:_FILE|_PATH|_DIR|_URL|_URI|_NAME|_ID|_TTL|_EXPIRY|_EXPIRES?|_TYPE|_HEADER|_LENGTH|_MIN|_MAX"
    r"|_PROVIDER|_BACKEND)$",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(rf"(?:{_NAME})", re.IGNORECASE)
_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|["']?[^\s"';&|]+)"""
_ASSIGNMENT = re.compile(rf"(?<![A-Za-z0-9_.])(?P<name>{_NAME})(?P<sign>=)(?P<value>{_VALUE})", re.IGNORECASE)
_ENV_INSTRUCTION = re.compile(rf"(?P<name>\bENV\s+{_NAME})(?P<sign>\s+)(?P<value>[^\s=].*)", re.IGNORECASE)
_OPTION = re.compile(
    rf"(?P<name>(?<![\w-])--?(?:[a-z0-9]{{1,30}}-){{0,5}}(?:password|passwd|passphrase|secret|token|api-?key|access-?key))"
    rf"(?P<sign>[=\s]\s*)(?P<value>{_VALUE})",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"(?P<name>\b(?:Authorization:\s*(?:Bearer|Basic|Token)|(?:X-)?(?:Api-Key|Auth-Token):))"
    r"(?P<sign>\s+)(?P<value>[^\s\"']+)",
    re.IGNORECASE,
)
_NAMED = (_ASSIGNMENT, _ENV_INSTRUCTION, _OPTION, _HEADER)

_URL_PASSWORD = re.compile(
    r"(?P<before>\b[a-z][a-z0-9+.-]{0,20}://[^\s/:@\"']{0,100}:)[^\s/@\"']{1,500}(?=@)", re.IGNORECASE
)
_WORDS = re.compile(
    r"\b(?:"
    r"(?:AKIA|ASIA)[0-9A-Z]{16}"  # AWS access key ids
    r"|gh[opsur]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}"  # GitHub
    r"|glpat-[A-Za-z0-9_-]{20,}"  # GitLab
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}"  # Slack
    r"|sk-[A-Za-z0-9_-]{20,}|[rs]k_live_[A-Za-z0-9]{16,}"  # OpenAI, Anthropic, Stripe
    r"|AIza[0-9A-Za-z_-]{35}"  # Google
    r"|hf_[A-Za-z0-9]{30,}"  # Hugging Face
    r"|pypi-[A-Za-z0-9_-]{50,}|npm_[A-Za-z0-9]{36}"  # package registries
    r"|eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]+"  # JSON web tokens
    r")"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)"
)


def is_secret(name: str, value: str) -> bool:
    """Does a variable look like a secret, by the words of its name and by what it holds?"""
    if not _SECRET_NAME.fullmatch(name) or _HARMLESS_NAME.search(name):
        return False
    plain = value.strip("\"'")
    # A reference names the secret and does not hold it.
    if not plain or plain.startswith("$") or plain.lower() in {"true", "false"}:
        return False
    # MAX_TOKENS=4096 is no secret, PASSWORD=1234 is one.
    return not plain.isdigit() or "PASS" in name.upper()


def _hide_named(match: re.Match[str]) -> str:
    # An option's dashes are no part of the words: --api-key.
    name = match["name"].split()[-1].strip("-:").replace("-", "_")
    value = match["value"]
    if HIDDEN in value or (match.re is not _HEADER and not is_secret(name, value)):
        return match[0]
    return f"{match['name']}{match['sign']}{HIDDEN}"


def redact(text: str, known: Iterable[str] = ()) -> str:
    """The text with everything that looks like a secret as ``[redacted]``.

    ``known`` are values that are secrets wherever they stand.
    """
    for value in known:
        text = text.replace(value, HIDDEN)
    for pattern in _NAMED:
        text = pattern.sub(_hide_named, text)
    text = _URL_PASSWORD.sub(rf"\g<before>{HIDDEN}", text)
    return _WORDS.sub(HIDDEN, text)


def secret_values(env: Iterable[str]) -> tuple[str, ...]:
    """The values of ENV entries (``K=V``) whose names say that they are secrets, longest first.

    Short values are left out: replacing each ``1`` or ``dev`` of a report would ruin it.
    """
    found = set()
    for entry in env:
        name, _, value = entry.partition("=")
        if is_secret(name, value) and len(value) >= _LONG_ENOUGH:
            found.add(value)
    return tuple(sorted(found, key=lambda value: (-len(value), value)))
