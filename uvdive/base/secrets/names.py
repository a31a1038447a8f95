"""Names of variables, options, keys and headers that say that a secret follows: the one table of them.

Every repetition in these patterns has an end: a line of a stranger may be megabytes long, and
no pattern may take quadratic time over it.
"""

from __future__ import annotations

import re

from uvdive.base.secrets.sought import Sought

_SURE = (
    r"(?:[A-Za-z0-9_.-]{0,200}(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|_DSN"
    r"|(?:API|ACCESS|ACCOUNT|PRIVATE|SECRET|SIGNING|ENCRYPTION|AUTH)[_-]?KEY|CONNECTION[_-]?STRING)"
    r"(?:S|_?[0-9]+|_[A-Za-z0-9_]{1,100})?|(?:[A-Za-z0-9_.-]{0,200}[_.-])?(?:PASS|AUTH|COOKIE|JWT|BEARER|CREDS?"
    r"|PASSCODES?|MNEMONIC|SEED[_-]?PHRASE|KEYTAB_B(?:ASE)?64|(?:RECOVERY|BACKUP|UNLOCK|ACTIVATION|PAIRING)[_-]?CODES?"
    r"|(?:MASTER|SHARED|LICENSE|CLIENT)KEY|(?:USER|LOGIN|STORE|ROOT|ADMIN|DB|SSH|FTP)PASS)"
    r"|[A-Za-z0-9_.-]{0,200}AUTH[_-]?IDENT"
    r"|[A-Za-z0-9_.-]{1,200}[_.-](?:PWD|PW|PAT|KEY)(?:_(?:B64|BASE64|PEM|HEX))?)"
)
"""A variable that holds a secret. GPG_KEY of the python images is a public fingerprint."""

_MAYBE = (
    r"(?:[A-Za-z0-9_.-]{0,200}[_.-])?(?:KEY|PIN|SALT|SEED|PEPPER|[TH]?OTP|HMAC|MFA|PWD|ACCESS)"
    r"(?:_(?:B64|BASE64|HEX))?"
)
"""A variable that holds a secret where its value looks made up (``words.looks_made``): a map has KEYs."""

_NAME = rf"(?:{_SURE}|{_MAYBE})"

WORDS_OF_NAMES = re.compile(
    r"PASS|SECRET|TOKEN|CRED|_DSN|KEY|CONNECTION|AUTH|COOKIE|JWT|BEARER|MNEMONIC|SEED|CODES?(?![A-Z])|PW"
    r"|[_.-]PAT(?![A-Z])|PIN(?![A-Z])|SALT|PEPPER|OTP|HMAC|MFA|ACCESS|JFROG",
    re.IGNORECASE,
)
"""A text without one of these has no match of NAMED, and none of SETTING."""

HARMLESS_NAME = Sought(
    # What ends so names a place, a switch or a measure, not the secret itself;
    r".*(?:_(?:FILE|PATH|DIR|URL|URI|NAME|ID|TTL|EXPIRY|EXPIRES?|EXPIRATION|LIFETIME|TIMEOUT|AGE|TYPE|HEADER"
    r"|LENGTH|MIN|MAX|SIZE|LIMIT|COUNT|PROVIDER|BACKEND|MANAGER|STORE|STORAGE|CLASS|MODEL|VERSION|ALGORITHM|ALG"
    r"|POLICY|MODE|FORMAT|FIELD|PREFIX|SUFFIX|ENDPOINT|HOST|PORT|ISSUER|AUDIENCE|REGION|ARN|HASHERS?"
    r"|VALIDATORS|ROTATION|ENABLED?|DISABLED?|REQUIRED?|SECONDS|MINUTES|HOURS|DAYS)"
    # so a key that opens nothing;
    r"|(?:.*[._-])?(?:PUBLIC|PUB|GPG|PGP|APT|RPM|HOST|CACHE|PRIMARY|FOREIGN|SORT|PARTITION|ROUTING|LOOKUP"
    r"|INDEX|HOT|REGISTRY|DICT|GROUP|KEYRING|CONFIG|VERIFY|VALIDATE)[._-]KEY(?:_(?:B64|BASE64|PEM|HEX))?"
    # so begins a switch of a program; and a model's tokens are words.
    r"|(?:^|[._-])(?:MAX|MIN|NUM|TOTAL|PAD|EOS|BOS|UNK|SEP|CLS|MASK|STOP|SPECIAL)(?:_\w+)?_TOKENS?)"
    r"|-{0,2}(?:DISABLED?|NO|NON|SKIP|WITHOUT|ALLOW|REQUIRE|ASK|PROMPT|USE|HAS|EMPTY|SHOW|HIDE|PRINT|READ|VERIFY"
    r"|CHECK|RESET|CHANGE|GENERATE|CREATE|GET|LIST|REVOKE|ROTATE)[_-].*",
)
SECRET_NAME = Sought(_SURE)
MAYBE_NAME = Sought(_MAYBE)
MADE_PLAIN = Sought(
    # Versions, days, digests, places and files have letters and digits too; so have fingerprints of keys.
    r"v?\d+(?:\.\d+){1,9}[\w.+-]{0,99}|\d{4}-\d\d(?:-\d\d.*)?|sha\d{1,3}[:-].*|[0-9A-F]{16}|[0-9A-F]{40}"
    r"|[a-z][a-z0-9+.-]{0,20}://.*|[a-z0-9._-]{0,99}/[a-z0-9._/-]*|[A-Za-z0-9._-]{1,200}\.[a-z]{2,5}",
    flags=re.DOTALL,
)
"""What looks made up and is no secret."""
NO_VALUE = Sought(
    # A reference names the secret and does not hold it, and neither does a place.
    r"[$`%<{].*|(?:true|false|yes|no|on|off|none|null|nil)[)\],;]{0,9}"
    r"|required|optional|not|set|for|-|\(|\.{3}|…[.,]?|[*!]+|x|x{3,}"
    r"|(?:id|type|src|source|env|target)=.*"
    r"|(?:~|\.{1,2}|/(?:run|var|etc|tmp|app|root|home|opt|srv|usr|secrets|mnt|dev|proc|data))/.*|-{1,2}[a-z].*",
    flags=re.IGNORECASE | re.DOTALL,
)
QUOTED = r""""(?:[^"\\]|\\[\s\S])*"|'[^']*'"""
VALUE = rf"""(?:{QUOTED}|["']?[^\s"';&|]+)"""
_ITEM = rf"""(?:{QUOTED}|["']?[^\s"';&|,}}]+)"""
_DIGIT = r"""(?=[^\s"']{0,99}\d)"""
_BEGINS = r"(?<![A-Za-z0-9_.-])(?=[A-Za-z0-9_.-]{1,400}[\"']?\]?[ \t]{0,9}=)"
"""Where a name with a sign behind it begins: only there is it worth while to look which one."""

_ASSIGNMENT = Sought(rf"""{_BEGINS}(?P<name>{_NAME})(?P<sign>["']?\]?=)(?P<value>{VALUE})""", ("=",))
_SPACED = Sought(
    # As Python and INI files write it; what no quotes hold may be code, unless a digit is in it.
    rf"""{_BEGINS}(?P<name>{_NAME})(?P<sign>["']?\]?[ \t]{{0,9}}=[ \t]{{1,9}})"""
    rf"""(?P<value>"[^"\n]{{1,500}}"|'[^'\n]{{1,500}}'|{_DIGIT}[^\s"';&|\\()\[\]]{{6,500}}(?=\s|\\n|["']|$))""",
    ("= ", "=\t"),
)
_NEW_LINE = Sought(
    # printf's text: what stands before the name is the end of a line.
    rf"(?<=\\n)(?P<name>{_NAME})(?P<sign>[ \t]{{0,9}}[=:][ \t]{{0,9}})(?P<value>[^\s\"';&|\\]{{4,500}})",
    ("\\n",),
)
_TOLD = Sought(
    rf"""(?<=["'])(?P<name>{_NAME})(?P<sign>:[ \t]{{1,9}})"""
    # What stands in quotes is in others than the whole.
    rf"""(?P<value>"[^"\n]{{1,500}}"(?=')|'[^'\n]{{1,500}}'(?=")|{_DIGIT}[^\s"']{{6,500}}(?=["']))""",
    (": ", ":\t"),
)
_ENV_INSTRUCTION = Sought(rf"(?P<name>\bENV\s+{_NAME})(?P<sign>[ \t]+)(?P<value>[^\s=].*)", ("env",))
OPTION = Sought(
    rf"(?P<name>(?<![\w-])--?(?:[a-z0-9]{{1,30}}-){{0,5}}(?:password|passwd|passphrase|secret|token|api-?key"
    rf"|access-?key|private-?key|secret-?key|secret-string|passcode|pass"
    rf"|(?:account|storage|master|shared|license|encryption|sse-c|auth|deploy|subscription)-key|key)"
    rf")(?P<sign>=|[ \t]{{1,99}}(?:\\\s{{0,99}})?"
    rf"|[\"']\s{{0,9}},\s{{0,9}})(?P<value>{VALUE})",
    ("-",),
)
HEADER = Sought(
    r"(?P<name>\b(?:(?:Proxy-)?Authorization(?::|[\"'][ \t]{0,9}:[ \t]{0,9}[\"'])"
    r"(?:[ \t]{0,9}[A-Za-z][A-Za-z0-9-]{1,20}(?=[ \t]{1,9}[^\s\"']))?"
    r"|(?:X-)?(?:Api-Key|(?:Auth|Vault|Private|Job|Deploy)-Token|JFrog-Art-Api):))"
    r"(?P<sign>[ \t]{0,9})(?P<value>(?!(?:Bearer|Basic|Token|Digest|Negotiate)\b)[^\s\"']+)",
    (":",),
)
_JSON_KEY = Sought(
    rf"""(?<=["'])(?P<name>{_NAME})(?P<sign>["'][ \t]{{0,99}}:[ \t]{{0,99}})(?P<value>{_ITEM})""",
    ('"', "'"),
)
_ESCAPED_JSON_KEY = Sought(
    rf"""(?<=\\")(?P<name>{_NAME})(?P<sign>\\"[ \t]{{0,9}}:[ \t]{{0,9}}\\")(?P<value>[^"\\\n]{{1,2000}})""",
    ('\\"',),
)
_BARE_KEY = Sought(
    # As JavaScript writes it.
    rf"""(?<=[{{,( ])(?=[A-Za-z0-9_.-]{{1,400}}[ \t]{{0,9}}:)"""
    rf"""(?P<name>{_NAME})(?P<sign>[ \t]{{0,9}}:[ \t]{{0,9}})"""
    r"""(?P<value>"[^"\n]{1,500}"|'[^'\n]{1,500}')""",
    (":",),
)
_XML = tuple(
    Sought(
        rf"""(?<={before})(?P<name>{_NAME})(?P<sign>{sign})(?P<value>[^<>\s"']{{1,500}})(?={after})""",
        (needle,),
    )
    for before, sign, after, needle in (
        ("<", ">", "</", "</"),
        ("[\"']", "[\"'][ \t]{1,9}value=[\"']", "[\"']", "value="),
    )
)
_YAML_KEY = Sought(
    # Also in a diff's line.
    rf"(?P<name>^\+?[ \t]{{0,99}}(?:-[ \t]{{1,9}})?{_NAME})(?P<sign>:[ \t]{{1,99}})(?P<value>{_ITEM})"
    r"(?=[ \t]*(?:#|$))",
    (": ", ":\t"),
    re.IGNORECASE | re.MULTILINE,
)
_PAIR = Sought(
    # A manifest's variable: its name and its value each have a key, on one line or on two, of a diff too.
    r"""(?P<name>\b(?:name|key)["']?[ \t]{0,9}[:=][ \t]{0,9}["']?"""
    rf"""(?=[A-Za-z0-9_.-]{{1,400}}["']?[ \t]{{0,9}}[,\r\n\\]){_NAME})"""
    r"""(?P<sign>["']?[ \t]{0,9}(?:,[ \t]{0,9}|,?[ \t]{0,9}(?:\r?\n|\\n)[+-]?[ \t]{0,200})"""
    rf"""["']?value["']?[ \t]{{0,9}}[:=][ \t]{{0,9}})(?P<value>{_ITEM})""",
    ("value",),
)
SETTING = Sought(rf"(?P<name>\b(?:Env|Labels?):{_NAME})(?P<sign>: )(?P<value>.+)", ("env:", "label"))
_CONFIG = Sought(
    rf"(?P<name>\bset[ \t]{{1,9}}(?:[^\s=]{{0,200}}[:/])?{_NAME})(?P<sign>[ \t]{{1,9}})(?P<value>{VALUE})",
    ("set",),
)
NAMED = (
    _ASSIGNMENT,
    _SPACED,
    _NEW_LINE,
    _TOLD,
    _ENV_INSTRUCTION,
    OPTION,
    _CONFIG,
    HEADER,
    _JSON_KEY,
    _ESCAPED_JSON_KEY,
    _BARE_KEY,
    *_XML,
    _YAML_KEY,
    _PAIR,
)
