"""Where programs take a secret without a name for it: by an option, in its place, from what is piped in.

The programs of ``places`` have forms of their own; these have one of three.
"""

from __future__ import annotations

from uvdive.base.secrets.names import QUOTED, VALUE
from uvdive.base.secrets.places import place

_ONE_COMMAND = r"[^|;&\n]{0,300}?"
_BLANKS = r"[ \t]{1,9}"

_BY_OPTION = (
    ("publish", r"uv publish", "-p|-t"),
    ("publish", r"(?:poetry|pdm|flit) publish", "-p|-P"),
    ("publish", r"hatch publish", "-a|--auth"),
    ("push", r"nuget push", "-k"),
    ("conan", r"conan (?:user|remote login)", "-p"),
    ("anaconda", r"anaconda", "-t"),
    ("secret", r"gh secret set", "-b|--body"),
    ("keyvault", r"az keyvault secret set", "--value"),
    ("securestring", rf"aws ssm put-parameter(?={_ONE_COMMAND}SecureString)", "--value"),
)
"""A word that the text has for certain, the command, and the options whose value is a secret."""

_IN_PLACE = (
    ("pypi-token", r"poetry config (?:--?\w{1,20} ){0,3}pypi-token\.\S{1,100}"),
    ("pdm", r"pdm config (?:--?\w{1,20} ){0,3}repository\.\S{1,100}\.(?:password|token)"),
    ("snyk", r"snyk auth"),
    ("consul", r"consul kv put \S{0,100}(?:pass|token|secret|key)\S{0,60}"),
    ("rabbitmqctl", r"rabbitmqctl(?: -\S{1,60}){0,5} (?:add_user|change_password) \S{1,100}"),
    ("alias", r"mc alias set \S{1,100} \S{1,200} \S{1,100}"),
    ("redis-cli", rf"redis-cli\b{_ONE_COMMAND} AUTH"),
    ("requirepass", "requirepass"),
    ("masterauth", "masterauth"),
)
"""A word that the text has for certain, and the words before a secret; a blank stands for any number."""

_READERS = (
    r"--password-stdin|\b(?:smb)?passwd\b|\bcryptsetup\b|\bsudo[ \t]{1,9}-S\b|\bsu[ \t]|\bkinit\b"
    r"|\bnewusers\b|--pass(?:word|phrase)-fd\b"
)
_SAYS = (
    r"(?:\becho[ \t]{1,9}(?:-[neE]{1,3}[ \t]{1,9})?|\byes[ \t]{1,9}"
    r"|\bprintf[ \t]{1,9}(?:[\"']?%s(?:\\n)?[\"']?[ \t]{1,9})?)"
)
_PIPED = (
    (
        "|",
        _SAYS,
        rf"(?![\"']?\w{{1,3}}[\"']?[ \t|])(?:{VALUE})",
        (
            r"(?=(?:[ \t]{0,9};[ \t]{0,9}echo[^|;\n]{0,100}){0,2}\s{0,9}\)?\s{0,9}"
            rf"\|[^|\n]{{0,200}}(?:{_READERS}))"
        ),
    ),
    (
        "password-command",
        r"--password-command[ \t=]{1,9}[\"']?(?:echo|printf)[ \t]{1,9}",
        r"[^\s\"']{2,300}",
        "",
    ),
    (
        "pgpass",
        r"[\w.*-]{1,100}:(?:\d{1,5}|\*):[\w*-]{1,60}:[\w*-]{1,60}:",
        r"[^\s\"':]{2,200}",
        r"(?=[\"']?[ \t]{0,9}>{1,2}[^\n|;&]{0,100}pgpass)",
    ),
    (
        ">",
        _SAYS,
        r"(?=[^\s\"']{0,99}\d)[\"']?[^\s\"'$`{<;&|>]{6,300}[\"']?",
        (
            r"(?=[ \t]{0,9}>{1,2}[ \t]{0,9}[\"']?[^\s\"';&|]{0,200}"
            r"(?:pass(?:word|wd)?|token|secret|credentials?|api[_-]?key)s?(?:\.txt|\.key)?(?:[\s\"';&|]|$))"
        ),
    ),
)
"""What is piped into a program that asks for a password, or written to a file that is called so."""

_OTHERS = (
    (
        "identified",
        rf"\bIDENTIFIED{_BLANKS}(?:WITH{_BLANKS}\S{{1,60}}{_BLANKS})?(?:BY|AS){_BLANKS}(?:PASSWORD{_BLANKS})?",
        QUOTED,
        "",
    ),
    ("password", r"\bPASSWORD[ \t]{0,9}\(?[ \t]{0,9}(?=')", r"'[^'\n]{1,300}'", ""),
    (
        "auth",
        r"\bauth[ \t]{0,9}=[ \t]{0,9}\([ \t]{0,9}[\"'][^\"'\n]{0,100}[\"'][ \t]{0,9},[ \t]{0,9}",
        r"(?:\"[^\"\n]{1,200}\"|'[^'\n]{1,200}')",
        "",
    ),
    (
        "curl",
        rf"\bcurl\b{_ONE_COMMAND}[ \t]-x[ \t]{{0,9}}[\"']?[^\s:\"'/]{{1,100}}:",
        r"[^\s@\"']{1,500}",
        "(?=@)",
    ),
    (
        "-a",
        rf"\b(?:https?|xhs?)[ \t]{_ONE_COMMAND}(?:-a|--auth)[ \t=]{{1,9}}[\"']?[^\s:\"']{{1,100}}:",
        r"[^\s\"']{1,500}",
        "",
    ),
    ("@", r"[\w.-]{1,60}:", r"[^\s:@\"']{1,200}", r"(?=@(?:tcp|unix)\()"),
    ("sqlplus", rf"\bsqlplus\b{_ONE_COMMAND}[ \t][\w$#]{{1,60}}/", r"[^\s@\"'/]{1,200}", r"(?=[@\s\"']|$)"),
    ("vault", rf"\bvault{_BLANKS}(?:write|kv{_BLANKS}put)\b{_ONE_COMMAND}[ \t]value=", VALUE, ""),
    ("sonar.login", r"sonar\.login=", VALUE, ""),
    ("code=", r"[?&]code=", r"[A-Za-z0-9%_+/=-]{20,500}", ""),
)


def _spaced(words: str) -> str:
    return words.replace(" ", r"[ \t]{1,9}")


PROGRAMS = tuple(
    place(*each)
    for each in (
        *(
            (needle, rf"\b{_spaced(command)}\b{_ONE_COMMAND}[ \t](?:{options})[ \t=]{{0,9}}", VALUE, "")
            for needle, command, options in _BY_OPTION
        ),
        *((needle, rf"\b{_spaced(words)}[ \t]{{1,9}}", VALUE, "") for needle, words in _IN_PLACE),
        *_PIPED,
        *_OTHERS,
    )
)
"""As ``places.PLACES``: each expression with a word that its text has for certain."""
