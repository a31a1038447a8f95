"""The comment: found on whatever page it is, updated, and told in a sentence where it can't be."""

from __future__ import annotations

import pytest
from engines.stand_in_github import BOT, REPOSITORY, TOKEN, Fault
from uvdive_action.steps import run_step

MARK = "<!-- uvdive check -->"


@pytest.fixture
def comment(job, github, capsys):
    """Runs the step for a text; what it printed."""
    job.pull_request()

    def run(text="passed\n", token=TOKEN, **inputs):
        (job.temp / "body.md").write_text(text)
        given = {
            "INPUT_BODY": str(job.temp / "body.md"),
            "INPUT_COMMENT": "true",
            "INPUT_GITHUB_TOKEN": token,
        }
        assert run_step("comment", job.environ | given | inputs) == 0
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("before", [0, 29, 30, 99, 100, 101, 250])
def test_it_is_found_behind_any_number_of_others(comment, github, before):
    for number in range(before):
        github.say(7, f"comment {number}")
    own = github.say(7, f"{MARK}\nold", BOT)
    for number in range(120):
        github.say(7, f"later {number}")
    assert comment() == "uvdive: The comment was updated.\n"
    assert own["body"] == f"{MARK}\npassed\n"
    assert github.of("POST") == []
    assert {each.server for each in github.asked} == {"api"}


def test_of_a_person_s_token_it_is_that_person_s(comment, github):
    github.login = "robot"
    theirs = github.say(7, f"{MARK}\nold", {"login": "ann", "type": "User"})
    bots = github.say(7, f"{MARK}\nold", BOT)
    own = github.say(7, f"{MARK}\nold", {"login": "robot", "type": "User"})
    comment()
    assert [row["body"] for row in (theirs, bots, own)] == [f"{MARK}\nold"] * 2 + [f"{MARK}\npassed\n"]


def test_one_that_is_removed_meanwhile_is_written_anew(comment, github):
    github.say(7, f"{MARK}\nold", BOT)
    github.faults.append(Fault("/issues/comments/11", 404, method="PATCH"))
    assert comment() == "uvdive: The comment was written.\n"
    assert len(github.comments[7]) == 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("/comments", 401), "write the comment: it does not know the token (401)"),
        (
            Fault("/comments", 403),
            "the token may not do that (403), so give the job “permissions: pull-requests: write”; it",
        ),
        (
            Fault("/comments", 403, {"Retry-After": "3600"}),
            "too many requests were made (403), for another 3600 s",
        ),
        (Fault("/comments", 404), "there is no such thing, or the token may not see it (404"),
        (
            Fault("/comments", 422, body=b'{"message": "Body is too long"}'),
            "it refused (422); it says: Body is too long",
        ),
        (Fault("/comments", 500), "it fails itself (500)"),
        (Fault("/comments", 201, body=b'{"id": 1', cut=True), "its answer was cut off"),
        (Fault("/comments", 201, body=b"<html>"), "its answer is no JSON"),
        (Fault("/comments", hang_up=True), "it can't be reached"),
        (Fault("/comments", 301, {"Location": "/elsewhere"}), "it refused (301)"),
        (
            Fault("/comments", 307, {"Location": "https://elsewhere.invalid/"}),
            "it led elsewhere with what was",
        ),
        (
            Fault("/comments", 403, body=b'{"message": "x\\n::error::owned %0A ##[error]"}'),
            "it says: x ::error::owned %250A # #[error]",
        ),
    ],
)
def test_each_failure_is_one_sentence_and_is_not_repeated_for_a_comment(comment, github, fault, said):
    fault.method = "POST"
    github.faults.append(fault)
    (line,) = comment().splitlines()
    assert line.startswith("::warning title=uvdive::GitHub could not ")
    assert said in line
    assert line.endswith(" The result is in the job's summary and in its log.")
    assert len(github.of("POST")) == 1


def test_a_short_limit_is_waited_for(comment, github):
    github.faults.append(Fault("/comments", 429, {"Retry-After": "0"}, times=2, method="POST"))
    assert comment() == "uvdive: The comment was written.\n"
    assert len(github.comments[7]) == 1


@pytest.mark.parametrize("head", ["stranger/shop", None])
def test_a_fork_s_token_is_not_even_tried(comment, job, github, head):
    job.pull_request(head=head)
    job.environ["GITHUB_EVENT_NAME"] = "pull_request"
    assert "comes from a fork" in comment()
    assert github.asked == []


def test_without_a_token_there_is_none(comment, github):
    assert "::warning title=uvdive::Without the input github-token" in comment(token="")
    assert github.asked == []


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("GITHUB_API_URL", "file:///etc", "GITHUB_API_URL is no address."),
        ("GITHUB_REPOSITORY", "../..?x", "GITHUB_REPOSITORY names no repository."),
        ("GITHUB_API_URL", "http://127.0.0.1:1", "it can't be reached"),
    ],
)
def test_a_runner_that_tells_nonsense_is_told(comment, job, variable, value, said):
    job.pull_request(kind="pull_request_target")
    assert said in comment(**{variable: value})


def test_a_run_without_a_pull_request_says_so(comment, job, github):
    job.push()
    assert comment() == "uvdive: This run is not of a pull request, so there is no comment.\n"
    assert github.asked == []


def test_an_event_that_can_t_be_read_is_no_pull_request(comment, job, github):
    (job.temp / "event.json").write_text("{")
    assert "is not of a pull request" in comment()


def test_the_longest_text_is_taken(comment, github):
    from uvdive_action.words import Footer, body_of

    comment(body_of("| ü × 漢 |\n" * 20_000, "", Footer("No baseline.", "", "")))
    (row,) = github.comments[7]
    assert len(row["body"]) < 65_536
    assert row["body"].startswith(f"{MARK}\n| ü")
    assert REPOSITORY in github.of("POST")[0]
