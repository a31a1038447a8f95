"""What looks like a secret in every way that commands say one, and what only looks so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from uvdive.base.errors import BuildError
from uvdive.base.secrets.words import HIDDEN, redact, values_in
from uvdive.output.redact import Redactor
from uvdive.rewrite.plan import Decision, FileChange, RewritePlan
from uvdive.verify.checks import Check

HARMLESS = Path(__file__).parents[1] / "data" / "harmless_instructions.txt"
SAID = [
    'CMD ["tool", "--password", "hunter2"]',
    'CMD ["tool","--password=hunter2","x"]',
    "ENV DB_PASS=hunter2",
    "ENV MYSQL_PWD hunter2",
    'ENV SECRET_KEY="hunter2 hunter2"',
    "ENV A=1 \\\n    API_TOKEN=hunter2 \\\n    B=2",
    "ARG TOKEN=hunter2",
    'LABEL "api_key"="hunter2"',
    "LABEL api-key='hunter2'",
    "RUN curl -u me:hunter2 https://example.org",
    'RUN curl -fsS --user "me:hunter2" https://example.org',
    'RUN curl -H "PRIVATE-TOKEN: hunter2" https://example.org',
    'RUN echo "app:hunter2" | chpasswd',
    "RUN echo app:hunter2 | sudo chpasswd",
    "RUN mysql -u root -phunter2 -e x",
    "RUN sshpass -p hunter2 ssh example.org",
    "RUN docker login -u x -p hunter2 example.org",
    "RUN useradd --password hunter2 app",
    "RUN x --token \\\n   hunter2",
    'RUN echo "machine x login y password hunter2" > ~/.netrc',
    "RUN npm config set //registry.npmjs.org/:_authToken hunter2",
    "RUN aws configure set aws_secret_access_key hunter2",
    "RUN git clone https://hunter2hunter2hunter2hunter2@github.com/a/b",
    "RUN PGPASSWORD=hunter2 psql",
    "RUN redis-cli -u redis://:hunter2@host/0",
    "https://hooks.slack.com/services/T0/B0/hunter2hunter2",
    '{"password": "hunter2", "a": 1}',
    "a:\n  db_password: hunter2\n",
    "AccountKey=hunter2;Endpoint=x",
    "Env:UV_INDEX_PRIVATE_PASSWORD: hunter2 -> not set",
    "Labels:api_token: not set -> hunter2",
    "-ENV API_TOKEN=hunter2",
    "+    SECRET_KEY=hunter2 \\",
    "|2 A=1 TOKEN=hunter2 /bin/sh -c make",
    "buildx build --build-arg UV_TOKEN=hunter2 .",
]


@pytest.mark.parametrize("text", SAID)
def test_every_way_to_say_a_secret_is_known(text: str) -> None:
    hidden = redact(text)
    assert "hunter2" not in hidden
    assert HIDDEN in hidden
    assert redact(hidden) == hidden
    assert hidden.count("\n") == text.count("\n")


def test_an_exec_form_stays_one() -> None:
    assert redact('["tool", "--token", "abc", "x"]') == f'["tool", "--token", "{HIDDEN}", "x"]'


def instructions() -> list[str]:
    return re.findall(r"(?:[^\n]*\\\n)*[^\n]+", HARMLESS.read_text())


def test_two_hundred_harmless_instructions_stay_as_they_are() -> None:
    given = instructions()
    assert len(given) >= 200
    assert [text for text in given if redact(text) != text] == []
    assert redact(HARMLESS.read_text()) == HARMLESS.read_text()
    assert values_in(given) == ()


@pytest.mark.parametrize(
    "piece",
    ["password: ", "curl -u ", "Env:A_TOKEN: ", "--token ", "mysql ", "login a password", "set a", "'a' : "],
)
def test_no_way_takes_quadratic_time(piece: str) -> None:
    assert redact(piece * 50_000)


def test_values_are_learnt_and_hidden_wherever_they_stand() -> None:
    redactor = Redactor()
    redactor.learn(["ENV API_TOKEN=first-value B=2", "RUN x https://me:second-value@host/"])
    redactor.learn_build(
        ("--build-arg", "MY_PASSWORD", "--secret", "id=a,env=ODD", "--build-arg", "X_TOKEN=fourth-value"),
        {"MY_PASSWORD": "third-value", "ODD": "fifth-value", "HOME": "/root/home"},
    )
    for value in ("first-value", "second-value", "third-value", "fourth-value", "fifth-value"):
        assert redactor.text(f"echo {value}x") == f"echo {HIDDEN}x"
    assert redactor.text("/root/home B=2") == "/root/home B=2"


def test_a_password_that_is_a_word_is_no_part_of_others() -> None:
    redactor = Redactor()
    redactor.learn(["ENV PASSWORD=postgres"])
    assert redactor.text("postgres postgresql") == f"{HIDDEN} postgresql"


def test_values_of_ours_are_redacted_as_a_whole() -> None:
    redactor = Redactor()
    text = "FROM a\nENV API_TOKEN=hunter2-value\n"
    decision = Decision("x", "R1", 1, "says hunter2-value", "API_TOKEN=hunter2-value")
    change = FileChange.of("start.sh", "", "export API_TOKEN=hunter2-value\n")
    plan = RewritePlan(
        "rewritten", "image", "Dockerfile", text, text, f"+{text}", None, (change,), (decision,)
    )
    redactor.learn([plan.original])
    check = Check("config", "failed", "1 setting", ("Cmd: hunter2-value -> not set",))
    error = BuildError("hunter2-value", "--token hunter2-value", ("hunter2-value",), "RUN hunter2-value")
    shown = redactor.value((plan, check, error))
    assert "hunter2-value" not in repr([shown, vars(shown[2])])
    assert (shown[0].outcome, shown[1].status, shown[2].code) == (plan.outcome, check.status, error.code)
    assert isinstance(shown[2], BuildError)
    assert plan.text == text, "what is written is what was there"
