"""What secrets look like in commands, settings and texts: the one table of it (``secret_words`` reads it).

Files that hold secrets, by their names, are ``secret_files``' matter. Every repetition in
these patterns has an end: a line of a stranger may be megabytes long, and no pattern may
take quadratic time over it.
"""

from __future__ import annotations

import re

_NAME = (
    r"(?:[A-Za-z0-9_.-]{0,200}(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|_DSN"
    r"|(?:API|ACCESS|ACCOUNT|PRIVATE|SECRET|SIGNING|ENCRYPTION|AUTH)[_-]?KEY|CONNECTION[_-]?STRING)"
    r"(?:S|_?[0-9]+|_[A-Za-z0-9_]{1,100})?|(?:[A-Za-z0-9_.-]{0,200}[_.-])?(?:PASS|AUTH|COOKIE|JWT)"
    r"|[A-Za-z0-9_.-]{1,200}[_.-](?:PWD|PW|PAT|KEY))"
)
"""A variable that holds a secret. GPG_KEY of the python images is a public fingerprint."""

HARMLESS_NAME = re.compile(
    # What ends so names a place, a switch or a measure, not the secret itself;
    r".*(?:_(?:FILE|PATH|DIR|URL|URI|NAME|ID|TTL|EXPIRY|EXPIRES?|EXPIRATION|LIFETIME|TIMEOUT|AGE|TYPE|HEADER"
    r"|LENGTH|MIN|MAX|SIZE|LIMIT|COUNT|PROVIDER|BACKEND|MANAGER|STORE|STORAGE|CLASS|MODEL|VERSION|ALGORITHM|ALG"
    r"|POLICY|MODE|FORMAT|FIELD|PREFIX|SUFFIX|ENDPOINT|HOST|PORT|ISSUER|AUDIENCE|REGION|ARN|HASHERS?"
    r"|VALIDATORS|ROTATION|ENABLED?|DISABLED?|REQUIRED?|SECONDS|MINUTES|HOURS|DAYS)"
    # so a key that opens nothing;
    r"|(?:.*[._-])?(?:PUBLIC|PUB|GPG|PGP|APT|RPM|HOST|CACHE|PRIMARY|FOREIGN|SORT|PARTITION|ROUTING|LOOKUP"
    r"|INDEX|HOT|REGISTRY|DICT|GROUP|KEYRING|CONFIG|VERIFY|VALIDATE)[._-]KEY"
    # so begins a switch of a program; and a model's tokens are words.
    r"|(?:^|[._-])(?:MAX|MIN|NUM|TOTAL|PAD|EOS|BOS|UNK|SEP|CLS|MASK|STOP|SPECIAL)(?:_\w+)?_TOKENS?)"
    r"|-{0,2}(?:DISABLED?|NO|NON|SKIP|WITHOUT|ALLOW|REQUIRE|ASK|PROMPT|USE|HAS|EMPTY|SHOW|HIDE|PRINT|READ|VERIFY"
    r"|CHECK|RESET|CHANGE|GENERATE|CREATE|GET|LIST|REVOKE|ROTATE)[_-].*",
    re.IGNORECASE,
)
SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
NO_VALUE = re.compile(
    # A reference names the secret and does not hold it, and neither does a place.
    r"[$`%<{].*|true|false|yes|no|on|off|none|null|nil|required|optional|not|set|-|\.{3}|[*!]+|x|x{3,}"
    r"|(?:id|type|src|source|env|target)=.*"
    r"|(?:~|\.{1,2}|/(?:run|var|etc|tmp|app|root|home|opt|srv|usr|secrets|mnt|dev|proc|data))/.*|-{1,2}[a-z].*",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = r""""(?:[^"\\]|\\.)*"|'[^']*'"""
_VALUE = rf"""(?:{_QUOTED}|["']?[^\s"';&|]+)"""
_ITEM = rf"""(?:{_QUOTED}|["']?[^\s"';&|,}}]+)"""
_ASSIGNMENT = re.compile(
    rf"""(?<![A-Za-z0-9_.-])(?P<name>{_NAME})(?P<sign>["']?=)(?P<value>{_VALUE})""", re.IGNORECASE
)
_ENV_INSTRUCTION = re.compile(rf"(?P<name>\bENV\s+{_NAME})(?P<sign>[ \t]+)(?P<value>[^\s=].*)", re.IGNORECASE)
OPTION = re.compile(
    rf"(?P<name>(?<![\w-])--?(?:[a-z0-9]{{1,30}}-){{0,5}}(?:password|passwd|passphrase|secret|token|api-?key"
    rf"|access-?key|private-?key|secret-?key))(?P<sign>=|[ \t]{{1,99}}(?:\\\s{{0,99}})?"
    rf"|[\"']\s{{0,9}},\s{{0,9}})(?P<value>{_VALUE})",
    re.IGNORECASE,
)
HEADER = re.compile(
    r"(?P<name>\b(?:(?:Proxy-)?Authorization:\s*(?:Bearer|Basic|Token)"
    r"|(?:X-)?(?:Api-Key|(?:Auth|Vault|Private|Job|Deploy)-Token):))"
    r"(?P<sign>[ \t]+)(?P<value>[^\s\"']+)",
    re.IGNORECASE,
)
_JSON_KEY = re.compile(
    rf"""(?<=["'])(?P<name>{_NAME})(?P<sign>["'][ \t]{{0,99}}:[ \t]{{0,99}})(?P<value>{_ITEM})""",
    re.IGNORECASE,
)
_YAML_KEY = re.compile(
    rf"(?P<name>^[ \t]{{0,99}}(?:-[ \t]{{1,9}})?{_NAME})(?P<sign>:[ \t]{{1,99}})(?P<value>{_ITEM})"
    r"(?=[ \t]*(?:#|$))",
    re.IGNORECASE | re.MULTILINE,
)
SETTING = re.compile(rf"(?P<name>\b(?:Env|Labels?):{_NAME})(?P<sign>: )(?P<value>.+)", re.IGNORECASE)
_CONFIG = re.compile(
    rf"(?P<name>\bset[ \t]{{1,9}}(?:[^\s=]{{0,200}}[:/])?{_NAME})(?P<sign>[ \t]{{1,9}})(?P<value>{_VALUE})",
    re.IGNORECASE,
)
NAMED = (_ASSIGNMENT, _ENV_INSTRUCTION, OPTION, _CONFIG, HEADER, _JSON_KEY, _YAML_KEY)

_ECHO = r"\becho[ \t]{1,9}(?:-n[ \t]{1,9})?"

PLACES = tuple(
    (needle, re.compile(rf"(?P<before>{before})(?P<value>{value}){after}", re.IGNORECASE))
    for needle, before, value, after in (
        # The password in an address, or a long name without one (a token).
        ("://", r"\b[a-z][a-z0-9+.-]{0,20}://[^\s/:@\"']{0,100}:", r"[^\s/@\"']{1,500}", "(?=@)"),
        ("://", r"\b[a-z][a-z0-9+.-]{0,20}://", r"(?=\D{0,99}\d)[a-z0-9_-]{20,200}", "(?=@)"),
        # What signs an address that was made for a while.
        (
            "sig",
            r"[?&;](?:X-(?:Amz|Goog)-)?(?:sig|signature)=",
            r"[A-Za-z0-9%_+/=-]{10,500}",
            "",
        ),
        ('"auth"', r'"auth"\s{0,9}:\s{0,9}"', r'[^"\\]{4,2000}', '(?=")'),
        ("cookie", r"\bCookie:[ \t]{1,9}", r"[^\"'\n]{4,4000}", ""),
        (
            "curl",
            r"\bcurl\b[^|;&\n]{0,300}?[ \t](?:-b|--cookie)[ \t=]{1,9}[\"']?(?=[^\s\"']{0,99}=)",
            r"[^\s\"']{4,4000}",
            "",
        ),
        ("hooks.slack", r"\bhooks\.slack\.com/services/", r"[\w/]{8,200}", ""),
        (
            "curl",
            (
                r"\bcurl\b[^|;&\n]{0,300}?[ \t](?:-[a-zA-Z]{0,9}[uU]|--user|--proxy-user)[ \t=]{0,9}"
                r"[\"']?[^\s:\"']{1,100}:"
            ),
            r"[^\s\"']{1,500}",
            "",
        ),
        ("mysql", r"\bmysql(?:dump|admin)?\b[^|;&\n]{0,300}?[ \t]-p", r"[^\s\"'-][^\s\"']{1,200}", ""),
        (" -p", r"\b(?:sshpass|docker login|podman login)\b[^|;&\n]{0,300}?[ \t]-p[ \t]{0,9}", _VALUE, ""),
        (
            "login",
            r"(?:\b|\\n)login[ \t]{1,9}[^\s\\]{1,200}(?:\s|\\n){1,9}password[ \t]{1,9}",
            rf"(?:{_QUOTED}|[^\s\"'\\;&|]{{1,500}})",
            "",
        ),
        (
            "--password-stdin",
            _ECHO,
            _VALUE,
            r"(?=\s{0,9}\|[^|\n]{0,200}--password-stdin)",
        ),
        ("--with-token", r"--with-token\s{0,9}<<<\s{0,9}", _VALUE, ""),
        (
            "--with-token",
            _ECHO,
            _VALUE,
            r"(?=\s{0,9}\|[^|\n]{0,200}--with-token)",
        ),
        ("pass:", r"[ \t]-(?:pass|passin|passout)[ \t]{1,9}pass:", _VALUE, ""),
        ("zip", r"\b(?:zip|unzip)\b[^|;&\n]{0,200}?[ \t]-P[ \t]{0,9}", _VALUE, ""),
        ("redis-cli", r"\bredis-cli\b[^|;&\n]{0,200}?[ \t]-a[ \t]{1,9}", _VALUE, ""),
        ("user", r"\b(?:useradd|usermod)\b[^|;&\n]{0,200}?[ \t]-p[ \t]{1,9}", _VALUE, ""),
        (
            "htpasswd",
            (
                r"\bhtpasswd(?:[ \t]{1,9}-[a-zA-Z]{1,9}){0,9}[ \t]{1,9}-[a-zA-Z]{0,9}b[a-zA-Z]{0,9}"
                r"(?:[ \t]{1,9}-[a-zA-Z]{1,9}){0,9}(?:[ \t]{1,9}[^\s;&|-][^\s;&|]{0,200}){1,2}[ \t]{1,9}"
            ),
            r"[^\s;&|#-][^\s;&|]{0,500}",
            "",
        ),
        ("vault", r"\bvault[ \t]{1,9}login[ \t]{1,9}", r"[^\s;&|=-][^\s;&|=]{4,500}", ""),
        (
            "poetry",
            r"\bpoetry[ \t]{1,9}config[ \t]{1,9}http-basic\.\S{1,100}[ \t]{1,9}\S{1,200}[ \t]{1,9}",
            _VALUE,
            "",
        ),
        (
            "password:",
            r"(?:^|[\s/\"'])password:[ \t]{1,9}(?=[^\s\"'/,}]{6,200}[/\"'])",
            r"[^\s\"'/,}]{6,200}",
            "",
        ),
        (
            "chpasswd",
            r"[\w-]{1,40}:",
            r"[^\s:\"'|]{1,200}",
            r"(?=[\"']?\s{0,9}\|\s{0,9}(?:sudo\s{1,9})?chpasswd)",
        ),
    )
)
"""Places where a secret stands without a name, each with a word that its text has for certain."""

WORDS = re.compile(
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
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?"
    r"(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\Z)"
)
