"""Every word and form by which a secret is known, and the nearest that is none."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from expressions import drawn
from made_images.samples import sample_report

from uvdive.base.secrets.names import MAYBE_NAME, NAMED, SECRET_NAME, SETTING, WORDS_OF_NAMES
from uvdive.base.secrets.places import PLACES
from uvdive.base.secrets.programs import PROGRAMS
from uvdive.base.secrets.sought import Sought
from uvdive.base.secrets.words import HIDDEN, is_secret, redact, secret_values
from uvdive.image.config import HistoryEntry, ImageConfig
from uvdive.output.redact import Redactor, redact_comparison, redact_report
from uvdive.verify.checks import Comparison, ConfigDelta

NAMES = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "CREDENTIAL",
    "CREDENTIALS",
    "APIKEY",
    "API_KEY",
    "ACCESSKEY",
    "ACCESS_KEY",
    "PRIVATEKEY",
    "PRIVATE_KEY",
    "SECRETKEY",
    "SECRET_KEY",
    "SIGNINGKEY",
    "SIGNING_KEY",
    "ENCRYPTIONKEY",
    "ENCRYPTION_KEY",
    "AUTHKEY",
    "AUTH_KEY",
    "CONNECTIONSTRING",
    "CONNECTION_STRING",
    "SENTRY_DSN",
]
HARMLESS = (
    """FILE PATH DIR URL URI NAME ID TTL EXPIRY EXPIRE EXPIRES TYPE HEADER LENGTH MIN MAX PROVIDER BACKEND"""
)
OPTIONS = [
    "--password",
    "--passwd",
    "--passphrase",
    "--secret",
    "--token",
    "--api-key",
    "--apikey",
    "--access-key",
    "--accesskey",
    "-password",
    "--db-password",
    "--a-b-c-d-e-token",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_variable_whose_name_says_so(name: str) -> None:
    for spelled in (name, name.lower(), f"MY_{name}", f"my.{name}", f"{name}_1", f"{name}2", f"{name}_PROD"):
        assert is_secret(spelled, "hunter2"), spelled
        assert redact(f"RUN {spelled}=hunter2 make") == f"RUN {spelled}={HIDDEN} make"
        assert redact(f"ENV {spelled} hunter2") == f"ENV {spelled} {HIDDEN}"
    assert not is_secret(f"{name}-X", "hunter2")


def test_names_that_hold_such_a_word_and_go_on() -> None:
    for name in ("TOKENIZER", "SECRETARY", "PASSWORDLESS", "MAX_TOKENIZERS", "DSN", "KEY", "MYKEY"):
        assert not is_secret(name, "hunter2"), name
    assert is_secret("PASSWORDS", "hunter2"), "but for the plural"


@pytest.mark.parametrize("end", HARMLESS.split())
def test_a_name_that_ends_so_names_a_place_or_a_switch(end: str) -> None:
    assert not is_secret(f"API_TOKEN_{end}", "hunter2")
    assert not is_secret(f"api_token_{end.lower()}", "hunter2")
    assert is_secret(f"API_TOKEN_{end}_X", "hunter2")
    assert is_secret(f"{end}_TOKEN", "hunter2") is (end not in ("MIN", "MAX"))


@pytest.mark.parametrize(
    "value", ["", "''", '""', "$TOKEN", "${TOKEN}", '"$TOKEN"', "true", "False", "'TRUE'"]
)
def test_a_reference_a_switch_or_nothing_is_no_secret(value: str) -> None:
    assert not is_secret("API_TOKEN", value)


def test_a_number_is_a_secret_only_where_it_is_a_password() -> None:
    assert not is_secret("MAX_TOKENS", "4096")
    assert is_secret("DB_PASSWORD", "4096")
    assert is_secret("db_passwd", "4096")
    assert is_secret("API_TOKEN", "4096x")


@pytest.mark.parametrize("option", OPTIONS)
def test_an_options_value(option: str) -> None:
    assert redact(f"RUN tool {option}=hunter2 x") == f"RUN tool {option}={HIDDEN} x"
    assert redact(f"RUN tool {option} hunter2 x") == f"RUN tool {option} {HIDDEN} x"
    assert redact(f"RUN tool {option}ish hunter2 x") == f"RUN tool {option}ish hunter2 x"


@pytest.mark.parametrize(
    "header",
    [
        "Authorization: Bearer",
        "authorization: basic",
        "Authorization:Token",
        "Api-Key:",
        "X-Api-Key:",
        "Auth-Token:",
        "X-Auth-Token:",
    ],
)
def test_a_headers_value(header: str) -> None:
    assert redact(f"curl -H '{header} hunter2'") == f"curl -H '{header} {HIDDEN}'"
    assert redact("curl -H 'Authorization: Digest hunter2'") == "curl -H 'Authorization: Digest [redacted]'"
    assert redact("curl -H 'Authorization: Digest'") == "curl -H 'Authorization: Digest'"
    assert redact("curl -H 'Accept: Digest hunter2'") == "curl -H 'Accept: Digest hunter2'"


LETTERS = "a1B2c3D4e5" * 10
UPPER = LETTERS.upper()
TOKENS = [
    *(f"{key}{UPPER[:16]}" for key in ("AKIA", "ASIA")),
    *(f"gh{kind}_{LETTERS[:30]}" for kind in "opsur"),
    f"github_pat_{LETTERS[:40]}",
    f"glpat-{LETTERS[:20]}",
    *(f"xox{kind}-{LETTERS[:10]}" for kind in "abeoprs"),
    f"sk-{LETTERS[:20]}",
    *(f"{kind}k_live_{LETTERS[:16]}" for kind in "rs"),
    f"AIza{LETTERS[:35]}",
    f"hf_{LETTERS[:30]}",
    f"pypi-{LETTERS[:50]}",
    f"npm_{LETTERS[:36]}",
    f"eyJ{LETTERS[:8]}.eyJ{LETTERS[:8]}.x",
]


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_of_a_known_maker_at_its_least_length_and_one_less(token: str) -> None:
    assert redact(f"RUN login {token} now") == f"RUN login {HIDDEN} now"
    assert redact(f"RUN login x{token} now") == f"RUN login x{token} now"
    short = token.replace(LETTERS[:8], LETTERS[:7]) if token.startswith("eyJ") else token[:-1]
    assert redact(f"RUN login {short} now") == f"RUN login {short} now"


def test_a_private_key_goes_to_its_end_and_no_further() -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\nMIIE\n-----END OPENSSH PRIVATE KEY-----"
    assert redact(f"a {key} b {key} c") == f"a {HIDDEN} b {HIDDEN} c"
    public = "-----BEGIN PUBLIC KEY-----\nMIIE\n-----END PUBLIC KEY-----"
    assert redact(public) == public


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        ("https://me:pw@x.org", f"https://me:{HIDDEN}@x.org"),
        ("postgresql+psycopg://:pw@db/x", f"postgresql+psycopg://:{HIDDEN}@db/x"),
        ("https://me@x.org", "https://me@x.org"),
        ("https://x.org:8080/a@b", "https://x.org:8080/a@b"),
        ("//me:pw@x.org", "//me:pw@x.org"),
    ],
)
def test_a_password_in_an_url(url: str, hidden: str) -> None:
    assert redact(url) == hidden


def test_values_that_are_secrets_anywhere_have_eight_letters_and_the_longest_go_first() -> None:
    env = [
        "A_TOKEN=1234567x",
        "B_TOKEN=123456x",
        "C_TOKEN=1234567xy",
        "PATH=/usr/bin:/bin",
        "D_TOKEN=1234567x",
    ]
    assert secret_values(env) == ("1234567xy", "1234567x")
    assert secret_values(["A_TOKEN=bbbbbbbb", "B_TOKEN=aaaaaaaa"]) == ("aaaaaaaa", "bbbbbbbb")
    assert redact("run 1234567xy 1234567x", secret_values(env)) == f"run {HIDDEN} {HIDDEN}"


def test_every_text_of_a_report_is_read() -> None:
    sample = sample_report()
    hidden, shown = "x API_TOKEN=s3cret", f"x API_TOKEN={HIDDEN}"
    config = ImageConfig(
        env=("A_TOKEN=s3cret", "B=s3cret-is-no-name"),
        entrypoint=("--token=s3cret",),
        cmd=None,
        labels={"api_key": "s3cret", "note": hidden, "plain": "x"},
        healthcheck={
            "Test": ["CMD", hidden],
            "Interval": 3,
            "Deep": {"password": "s3cret", "n": [{"a": hidden}]},
        },
        on_build=(hidden,),
    )
    layer = replace(sample.layers[0], created_by=hidden, instruction=hidden)
    finding = replace(sample.findings[0], title=hidden, advice=hidden)
    dirty = replace(
        sample,
        config=config,
        history=(HistoryEntry(hidden, comment=hidden),),
        layers=(layer,),
        findings=(finding,),
        warnings=(hidden,),
    )
    clean = redact_report(dirty)
    assert clean.config.env == (f"A_TOKEN={HIDDEN}", "B=s3cret-is-no-name")
    assert (clean.config.entrypoint, clean.config.cmd) == ((f"--token={HIDDEN}",), None)
    assert clean.config.labels == {"api_key": HIDDEN, "note": shown, "plain": "x"}
    assert clean.config.healthcheck == {
        "Test": ["CMD", shown],
        "Interval": 3,
        "Deep": {"password": HIDDEN, "n": [{"a": shown}]},
    }
    assert clean.config.on_build == (shown,)
    assert clean.history == (HistoryEntry(shown, comment=shown),)
    assert (clean.layers[0].created_by, clean.layers[0].instruction) == (shown, shown)
    assert (clean.findings[0].title, clean.findings[0].advice) == (shown, shown)
    assert clean.warnings == (shown,)
    assert redact_report(replace(dirty, config=replace(config, healthcheck=None))).config.healthcheck is None


def test_a_known_value_is_hidden_in_every_kind_of_text() -> None:
    known = Redactor(("hunter22",))
    assert known.text("a hunter22 b") == f"a {HIDDEN} b"
    assert known.texts(("hunter22", "b")) == (HIDDEN, "b")
    assert known.entry("PATH=/hunter22") == f"PATH=/{HIDDEN}"
    assert known.data([1, ("hunter22",), None]) == [1, [HIDDEN], None]


@pytest.mark.parametrize(
    ("key", "before", "after", "shown"),
    [
        ("Env:API_TOKEN", "one", "two", (HIDDEN, HIDDEN)),
        ("Env:API_TOKEN", None, "two", (None, HIDDEN)),
        ("Env:API_TOKEN", "one", None, (HIDDEN, None)),
        ("Env:HOME", "/a", "/b", ("/a", "/b")),
        ("Label:org.x:api_key", "one", None, (HIDDEN, None)),
        ("Cmd", ["--token=a1"], None, ([f"--token={HIDDEN}"], None)),
        ("Cmd", None, ["--token=a1"], (None, [f"--token={HIDDEN}"])),
        ("Healthcheck", {"Test": ["x"]}, "API_TOKEN=a1", ({"Test": ["x"]}, f"API_TOKEN={HIDDEN}")),
    ],
)
def test_a_comparisons_values(key: str, before: object, after: object, shown: tuple[object, object]) -> None:
    comparison = Comparison({}, {}, 1, 2, "", (), (), (), (), (ConfigDelta(key, before, after),))
    (delta,) = redact_comparison(comparison).config
    assert (delta.key, delta.before, delta.after) == (key, *shown)


MAYBE = """KEY PIN SALT SEED PEPPER OTP TOTP HMAC MFA PWD ACCESS DOCKERHUB_ACCESS OTP_SEED app.salt"""


@pytest.mark.parametrize("name", MAYBE.split())
def test_a_name_that_may_say_so_needs_a_value_that_looks_made_up(name: str) -> None:
    for value in ("a1b2c3d4", "canary-9001-zq", "Zm9v YmFy 1"):
        assert is_secret(name, value), value
    for value in (
        *(
            "value",
            "id",
            "true",
            "readonly",
            "a1b2c3",
            "12345678" if name != "PIN" else "123",
            "1.2.3-rc1+abc",
        ),
        *("3.13.1-slim", "2024-01-01T00:00", "sha256:abcdef01", "7169605F62C751356D054A26A821E680E5FA6305"),
        *("https://h/x1234567", "apps/v1/abcdefg", "server-2024.pem", "/run/secrets/abc1", "$VALUE123"),
    ):
        assert not is_secret(name, value), value


def test_a_pin_has_four_digits_or_more() -> None:
    assert is_secret("PIN", "4829")
    assert not is_secret("LED_PIN", "17")


EXEC = [
    ('CMD ["mysql", "-u", "root", "-pa1b2c3"]', f'CMD ["mysql", "-u", "root", "-p{HIDDEN}"]'),
    ('CMD [ "redis-cli" , "-a","a1b2c3" ]', f'CMD [ "redis-cli" , "-a","{HIDDEN}" ]'),
    ('CMD ["curl", "-u", "u:a1b2c3", "h"]', f'CMD ["curl", "-u", "u:{HIDDEN}", "h"]'),
]


@pytest.mark.parametrize(("before", "after"), EXEC)
def test_the_words_of_an_exec_form_are_read_as_one_line(before: str, after: str) -> None:
    assert redact(before) == after
    words = tuple(re.findall(r'"([^"]*)"', before))
    assert Redactor().texts(words) == tuple(re.findall(r'"([^"]*)"', after))


def test_a_value_over_several_lines_is_hidden_whole() -> None:
    assert redact('ENV PASSWORD="a1b2 \\\nc3d4" X=1') == f"ENV PASSWORD={HIDDEN} X=1"
    assert redact("/bin/sh -c #(nop)  ENV API_KEY=a1b2") == f"/bin/sh -c #(nop)  ENV API_KEY={HIDDEN}"
    assert redact("|1 GITHUB_TOKEN=a1b2 /bin/sh -c x") == f"|1 GITHUB_TOKEN={HIDDEN} /bin/sh -c x"


def test_a_build_argument_is_hidden_in_the_variable_that_took_it() -> None:
    report = sample_report()
    config = replace(report.config, env=("GH=a1b2c3d4e5",))
    history = (HistoryEntry("RUN |1 GITHUB_TOKEN=a1b2c3d4e5 /bin/sh -c make"),)
    hidden = redact_report(replace(report, config=config, history=history))
    assert hidden.config.env == (f"GH={HIDDEN}",)


@pytest.mark.parametrize("sought", [*NAMED, SETTING, *PLACES, *PROGRAMS], ids=lambda each: each.source[:40])
def test_what_an_expression_finds_has_its_words(sought: Sought) -> None:
    """Else the expression would not be asked, and the secret would stay."""
    found = [text for text in drawn(sought.pattern, 150) if sought.pattern.search(text)]
    assert found
    missed = [text for text in found if not sought.may_be_in(text.lower())]
    if sought in (*NAMED, SETTING):
        missed += [text for text in found if not WORDS_OF_NAMES.search(text)]
    assert missed == []


@pytest.mark.parametrize("sought", [SECRET_NAME, MAYBE_NAME], ids=["sure", "maybe"])
def test_a_name_of_a_secret_has_one_of_the_words(sought: Sought) -> None:
    texts = list(drawn(sought.pattern, 150))
    assert all(map(sought.fullmatch, texts))
    assert [text for text in texts if not WORDS_OF_NAMES.search(text)] == []
