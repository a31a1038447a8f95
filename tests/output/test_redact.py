from __future__ import annotations

from dataclasses import replace

import pytest
from made_images.samples import SECRET, sample_report

from uvdive.base.secrets.words import HIDDEN, redact
from uvdive.ledger.saved import report_file
from uvdive.output.redact import Redactor, redact_comparison, redact_report
from uvdive.verify.checks import Comparison, ConfigDelta

HIDES = [
    "ENV API_TOKEN=s3cret",
    "ENV DB_PASSWORD s3cret",
    "RUN |1 SECRET_KEY=s3cret /bin/sh -c make",
    "RUN PASSWORD='s3cret' make",
    'RUN PASSWORD="s3cret s3cret" make',
    'RUN PASSWORD="s3cret make',
    "RUN tool --token=s3cret",
    "RUN tool --db-password s3cret --verbose",
    'CMD ["tool", "--password=s3cret"]',
    "RUN curl -H 'Authorization: Bearer s3cret' https://example.org",
    "RUN pip install --index-url https://me:s3cret@example.org/simple app",
    "aws_secret_access_key=s3cret",
    "STRIPE_API_KEY_1=s3cret",
]
WORDS = [
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_" + "a1B2" * 9,
    "glpat-" + "a1B2c3D4e5" * 2,
    "xoxb-1234567890-abc",
    "sk-" + "a1B2c3D4e5" * 3,
    "hf_" + "a1B2c3D4e5" * 4,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc-_d",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\nMIIE",
]
KEEPS = [
    "ENV GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305",
    "ENV UV_LINK_MODE=copy PATH=/usr/bin:/bin",
    "RUN --mount=type=secret,id=API_TOKEN uv sync",
    "ENV API_TOKEN_FILE=/run/secrets/token",
    "ENV TOKENIZERS_PARALLELISM=false",
    "ENV MAX_TOKENS=4096",
    "RUN TOKEN=$BUILD_TOKEN make",
    "ENV API_TOKEN=",
    "COPY secrets.py token.txt /app/",
    "RUN get-token now # sk-short",
    "https://example.org/a:b@c",
    "sha256:" + "ab" * 32,
]


@pytest.mark.parametrize("text", HIDES)
def test_a_named_secret_is_hidden_and_its_name_stays(text: str) -> None:
    hidden = redact(text)
    assert "s3cret" not in hidden
    assert HIDDEN in hidden
    assert hidden.startswith(text[:8])


@pytest.mark.parametrize("word", WORDS)
def test_a_word_that_only_a_secret_looks_like_is_hidden_anywhere(word: str) -> None:
    assert redact(f"RUN echo {word}") == f"RUN echo {HIDDEN}"


@pytest.mark.parametrize("text", KEEPS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_redacting_twice_changes_nothing() -> None:
    for text in (*HIDES, *WORDS, *KEEPS):
        assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    "piece", ["a-", "eyJ-", "TOKEN_", "-a", "ENV ", '="', "sk-", "https://a", "-----BEGIN "]
)
def test_no_text_takes_quadratic_time(piece: str) -> None:
    # Where a pattern went back and forth over all of it, this would not end today.
    assert redact(piece * 50_000)


def test_a_report_loses_its_secrets_and_nothing_else() -> None:
    report = sample_report()
    clean = redact_report(report)
    assert SECRET not in repr(clean)
    assert clean.config.env == ("PATH=/usr/bin:/bin", f"API_TOKEN={HIDDEN}", "UV_LINK_MODE=copy")
    assert clean.totals == report.totals
    assert clean.waste == report.waste
    assert clean.layers == report.layers
    assert SECRET.encode() not in report_file.dump(clean)


def test_a_value_of_env_is_hidden_wherever_else_it_stands() -> None:
    report = sample_report()
    leaky = replace(report.layers[1], created_by=f"RUN login {SECRET}")
    report = replace(report, layers=(report.layers[0], leaky, report.layers[2]))
    assert redact_report(report).layers[1].created_by == f"RUN login {HIDDEN}"


def test_labels_commands_and_the_healthcheck_are_read_too() -> None:
    report = sample_report()
    config = replace(
        report.config,
        labels={"api_key": "s3cret"},
        cmd=("tool", "--password=s3cret"),
        entrypoint=None,
        healthcheck={"Test": ["CMD-SHELL", "curl https://u:s3cret@localhost"]},
    )
    clean = redact_report(replace(report, config=config)).config
    assert "s3cret" not in repr(clean)
    assert clean.entrypoint is None


def test_a_comparison_hides_values_but_shows_that_they_differ() -> None:
    delta = ConfigDelta("Env:API_TOKEN", "old-secret", None)
    other = ConfigDelta("Cmd", ["a", "--token=s3cret"], ["b"])
    comparison = Comparison({}, {}, 1, 2, "", (), (), (), (), (delta, other))
    clean = redact_comparison(comparison)
    assert clean.config[0] == ConfigDelta("Env:API_TOKEN", HIDDEN, None)
    assert clean.config[1].before == ["a", f"--token={HIDDEN}"]


def test_each_of_several_instructions_is_read_by_itself_too() -> None:
    """A list of instructions is no command: what stands before one does not tell where its secret begins."""
    lines = ("RUN mysql -h db", "RUN openssl pkcs12 -password pass:hunter2-hunter2", "RUN true")
    assert "hunter2" not in " ".join(Redactor().texts(lines) or ())
    assert "hunter2" not in str(Redactor().data(list(lines)))
