import pytest

from uvdive.base.errors import ExitCode, UsageError


def test_without_a_target_a_terminal_gets_the_picker(run, session, project):
    assert run(terminal=True).code == ExitCode.DONE
    ((name, asked),) = session.calls
    assert (name, asked.target) == ("app", None)
    opened = asked.opener("docker://seed:1")
    assert (opened.name, opened.context) == ("seed:1", None)
    built = asked.opener("dockerfile:./Dockerfile")
    assert (built.name, built.dockerfile.name) == ("Dockerfile", "Dockerfile")
    assert built.context is not None
    with pytest.raises(UsageError):
        asked.opener("dockerfile:./nothing")


@pytest.mark.parametrize("argv", [["--json"], ["--markdown"], ["--report"], ["--save", "x.uvdive"]])
def test_what_prints_needs_a_target(run, session, argv):
    ran = run(*argv, terminal=True)
    assert ran.code == ExitCode.USAGE
    assert "No image was named." in ran.err
    assert not session.calls


def test_without_a_terminal_a_target_is_needed(run, session):
    assert run().code == ExitCode.USAGE
    assert not session.calls
