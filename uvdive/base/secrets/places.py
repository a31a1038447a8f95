"""Places where a program or a format has a secret without a name for it: the one table of them."""

from __future__ import annotations

from uvdive.base.secrets.names import QUOTED, VALUE
from uvdive.base.secrets.sought import Sought


def place(needle: str, before: str, value: str, after: str) -> Sought:
    """One of the table below: a secret (``value``) stands behind something (``before``)."""
    return Sought(rf"(?P<before>{before})(?P<value>{value}){after}", (needle,))


_ECHO = r"\becho[ \t]{1,9}(?:-n[ \t]{1,9})?"

PLACES = tuple(
    place(*each)
    for each in (
        # The password in an address, or a long name without one (a token).
        ("://", r"\b[a-z][a-z0-9+.-]{0,20}://[^\s/:@\"']{0,100}:", r"[^\s/@\"']{1,500}", "(?=@)"),
        (
            "://",
            r"\b[a-z][a-z0-9+.-]{0,20}://",
            r"(?=\D{0,99}\d)[a-z0-9_-]{20,200}",
            r"(?=(?::[^@\s\"']{0,100})?@)",
        ),
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
        # Addresses that are secrets themselves.
        ("hooks.slack", r"\bhooks\.slack\.com/(?:services|workflows|triggers)/", r"[\w/]{8,200}", ""),
        ("hooks.zapier", r"\bhooks\.zapier\.com/hooks/catch/", r"[\w/]{6,200}", ""),
        ("/api/webhooks/", r"\bdiscord(?:app)?\.com/api/webhooks/", r"[\w/-]{20,200}", ""),
        (
            "/webhook",
            r"\b(?:[a-z0-9-]{1,60}\.)?(?:webhook\.)?office\.com/webhook(?:b2)?/",
            r"[\w/@-]{8,400}",
            "",
        ),
        ("telegram", r"\bapi\.telegram\.org/bot", r"\d{6,12}:[\w-]{20,60}", ""),
        (
            "curl",
            (
                r"\bcurl\b[^|;&\n]{0,300}?[ \t](?:-[a-zA-Z]{0,9}[uU]|--user|--proxy-user)[ \t=]{0,9}"
                r"[\"']?[^\s:\"']{1,100}:"
            ),
            r"[^\s\"']{1,500}",
            "",
        ),
        (
            "-p",
            r"\b(?:mysql|mariadb)(?:-?dump|-?admin)?\b[^|;&\n]{0,300}?[ \t]-p",
            rf"(?:{QUOTED}|[^\s\"'-][^\s\"']{{1,200}})",
            "",
        ),
        ("-p", r"\bsshpass\b[^|;&\n]{0,300}?[ \t]-p[ \t]{0,9}", VALUE, ""),
        (
            "-p",
            (
                r"\b(?:login|twine upload|mongo(?:sh|dump|restore|export|import)?)\b"
                r"[^|;&\n]{0,300}?[ \t]-p[ \t]{0,9}"
            ),
            rf"(?![\"']?\d{{1,5}}[\"']?(?:[:\s]|$)){VALUE}",
            "",
        ),
        ("-p", r"\b(?:7z[arz]?|unrar|rar)\b[^|;&\n]{0,300}?[ \t]-p", r"[^\s\"'-][^\s\"']{1,200}", ""),
        ("-p", r"\b(?:sqlcmd|bcp|mosquitto_(?:pub|sub|rr))\b[^|;&\n]{0,300}?[ \t]-P[ \t]{0,9}", VALUE, ""),
        ("ldap", r"\bldap[a-z]{3,9}\b[^|;&\n]{0,300}?[ \t]-w[ \t]{0,9}", VALUE, ""),
        (
            "%",
            r"\b(?:smbclient|rpcclient)\b[^|;&\n]{0,300}?[ \t](?:-U|--user)[ \t=]{0,9}[^\s%]{1,100}%",
            r"[^\s\"']{2,200}",
            "",
        ),
        ("lftp", r"\blftp\b[^|;&\n]{0,300}?[ \t]-u[ \t]{0,9}[^\s,]{1,100},", r"[^\s\"']{2,200}", ""),
        ("creds", r"[ \t]--(?:src-|dest-)?creds[ \t=]{1,9}[\"']?[^\s:\"']{1,100}:", r"[^\s\"']{2,500}", ""),
        (
            "etcdctl",
            r"\betcdctl\b[^|;&\n]{0,300}?[ \t]--user[ \t=]{1,9}[^\s:\"']{1,100}:",
            r"[^\s\"']{2,500}",
            "",
        ),
        (
            "bundle",
            r"\bbundle[ \t]{1,9}config\b[^|;&\n]{0,200}?[ \t][^\s:\"'/]{1,100}:",
            r"[^\s\"'/]{4,200}",
            "",
        ),
        (
            "pass",
            (
                r"(?:^|[\s\"'])--?(?:store|key|require|vault-)pass"
                r"(?:[ \t=]{1,9}|[\"'][ \t]{0,9},[ \t]{0,9}(?=[\"']))"
            ),
            rf"(?:{QUOTED}|[^\s\"',\]-][^\s\"',\]]{{1,300}})",
            "",
        ),
        ("bearer", r"[ \t]--oauth2-bearer[ \t=]{1,9}", VALUE, ""),
        (
            "auth",
            (
                r"\b(?:ngrok[ \t]{1,9}(?:config[ \t]{1,9}add-)?authtoken|heroku[ \t]{1,9}auth:token"
                r"|gcloud[ \t]{1,9}auth[ \t]{1,9}activate-refresh-token[ \t]{1,9}\S{1,100}"
                r"|composer[ \t]{1,9}config[^|;&\n]{0,100}?[ \t][a-z]{3,20}-oauth\.\S{1,100})[ \t]{1,9}"
            ),
            r"[^\s;&|\"'-][^\s;&|\"']{5,500}",
            "",
        ),
        (
            "login",
            r"\b(?:cargo|wandb|fly|flyctl|vercel|snyk|hf)[ \t]{1,9}login[ \t]{1,9}",
            r"(?=[^\s;&|]{0,99}\d)[^\s;&|=-][^\s;&|]{7,500}",
            "",
        ),
        (
            "kaggle",
            r"\bkaggle[ \t]{1,9}config[ \t]{1,9}set[ \t]{1,9}-n[ \t]{1,9}key[ \t]{1,9}-v[ \t]{1,9}",
            VALUE,
            "",
        ),
        ("rclone", r"\brclone[ \t]{1,9}config\b[^|;&\n]{0,300}?[ \t]pass[ \t=]{1,9}", VALUE, ""),
        ("nmcli", r"\bnmcli\b[^|;&\n]{0,300}?[ \t]password[ \t]{1,9}", VALUE, ""),
        ("wpa_passphrase", r"\bwpa_passphrase[ \t]{1,9}\S{1,100}[ \t]{1,9}", VALUE, ""),
        (
            "--password-file",
            r"--password-file=<\([ \t]{0,9}(?:echo|printf)[ \t]{1,9}",
            r"[^\s\"')]{2,300}",
            "",
        ),
        (
            "login",
            r"(?:\b|\\n)login[ \t]{1,9}[^\s\\]{1,200}(?:\s|\\n){1,9}password[ \t]{1,9}",
            rf"(?:{QUOTED}|[^\s\"'\\;&|]{{1,500}})",
            "",
        ),
        ("chpasswd", r"\bchpasswd[ \t]{0,9}<<<[ \t]{0,9}[\"']?[\w-]{1,40}:", r"[^\s\"']{1,200}", ""),
        ("--with-token", r"--with-token\s{0,9}<<<\s{0,9}", VALUE, ""),
        (
            "--with-token",
            _ECHO,
            VALUE,
            r"(?=\s{0,9}\|[^|\n]{0,200}--with-token)",
        ),
        ("pass:", r"[ \t]-(?:pass|passin|passout)[ \t]{1,9}[\"']?pass:", VALUE, ""),
        ("zip", r"\b(?:zip|unzip)\b[^|;&\n]{0,200}?[ \t]-P[ \t]{0,9}", VALUE, ""),
        ("redis-cli", r"\bredis-cli\b[^|;&\n]{0,200}?[ \t]-a[ \t]{1,9}", VALUE, ""),
        ("user", r"\b(?:useradd|usermod)\b[^|;&\n]{0,200}?[ \t]-p[ \t]{1,9}", VALUE, ""),
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
            "http-basic",
            (
                r"\b(?:poetry|composer)[ \t]{1,9}config[ \t]{1,9}(?:--?\w{1,20}[ \t]{1,9}){0,3}"
                r"http-basic\.\S{1,100}[ \t]{1,9}\S{1,200}[ \t]{1,9}"
            ),
            VALUE,
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
