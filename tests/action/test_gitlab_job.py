"""The job of `.gitlab-ci.yml`: its lines in bash, against GitLab's artifacts on loopback."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from composite import ROOT, environment

EXAMPLE = ROOT / "examples" / "ci"
JOB = yaml.safe_load((EXAMPLE / ".gitlab-ci.yml").read_text())["uvdive"]
KEPT = "/api/v4/projects/5/jobs/artifacts/main/raw/report.uvdive?job=uvdive"


class GitLab:
    """What it answers, and what it was asked with which tokens."""

    def __init__(self) -> None:
        self.status, self.body = 404, b'{"message": "404 Not Found"}'
        self.headers: dict[str, str] = {}
        self.asked: list[tuple[str, str | None, str | None]] = []
        self.url = ""


@pytest.fixture
def gitlab():
    there = GitLab()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            there.asked.append((self.path, self.headers["JOB-TOKEN"], self.headers["PRIVATE-TOKEN"]))
            self.send_response(there.status)
            for name, value in {"Content-Length": str(len(there.body)), **there.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(there.body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    there.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield there
    server.shutdown()
    server.server_close()


@pytest.fixture
def job(tmp_path, gitlab, saved):
    """Runs the job's script for a saved report; what it came to."""
    folder = tmp_path / "checkout"
    shutil.copytree(EXAMPLE, folder)
    (folder / "now.uvdive").write_bytes(saved(0))
    (folder / "uvdive.toml").write_text('[check]\nfail-level = "never"\nmax-growth = "1 kB"\n')

    def run(image="report:now.uvdive", **variables):
        lines = [*JOB["before_script"][1:], *JOB["script"]]  # the first one installs uvdive
        script = tmp_path / "script.sh"
        script.write_text("\n".join(lines))
        environ = environment() | {
            "PATH": f"{Path(sys.executable).parent}:{environment()['PATH']}",
            "UVDIVE_IMAGE": image,
            "CI_API_V4_URL": f"{gitlab.url}/api/v4",
            "CI_PROJECT_ID": "5",
            "CI_DEFAULT_BRANCH": "main",
            "CI_JOB_TOKEN": "token-of-the-job",
            "CI_REGISTRY": "registry.example",
            "CI_REGISTRY_USER": "me",
            "CI_REGISTRY_PASSWORD": "p w",
            "no_proxy": "127.0.0.1",
        }
        command = ["bash", "-eo", "pipefail", str(script)]
        return subprocess.run(
            command, cwd=folder, env=environ | variables, capture_output=True, text=True, check=False
        )

    run.folder = folder
    return run


def test_the_first_run_has_no_baseline_and_keeps_its_report(job, gitlab):
    ran = job()
    assert ran.returncode == 0, ran.stderr
    assert "No baseline." in ran.stdout
    assert gitlab.asked == [(KEPT, "token-of-the-job", None)]
    kept = JOB["artifacts"]
    assert all((job.folder / name).is_file() for name in (*kept["paths"], *kept["reports"].values()))
    assert json.loads((job.folder / kept["reports"]["codequality"]).read_text())[0]["location"]["path"]


def test_the_default_branch_s_report_is_the_baseline(job, gitlab, saved):
    gitlab.status, gitlab.body = 200, saved(5_000)
    ran = job(UVDIVE_TOKEN="of-a-project")
    assert ran.returncode == 1
    assert "failed   max-growth" in ran.stdout
    assert gitlab.asked == [(KEPT, None, "of-a-project")]
    assert 'failures="1"' in (job.folder / "junit.xml").read_text()


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [(200, b"<html>sign in</html>", {}), (302, b"", {"Location": "/elsewhere"}), (500, b"", {})],
)
def test_what_is_no_report_is_no_baseline_and_the_token_goes_nowhere_else(job, gitlab, status, body, headers):
    gitlab.status, gitlab.body, gitlab.headers = status, body, headers
    ran = job()
    assert (ran.returncode, "No baseline." in ran.stdout) == (0, True), ran.stderr
    assert [path for path, *_ in gitlab.asked] == [KEPT]


def test_the_login_of_the_registry_is_what_uvdive_reads():
    password = "p:w" * 40
    lines = "\n".join([*JOB["before_script"][1:], 'printf %s "$DOCKER_AUTH_CONFIG"'])
    names = {"CI_REGISTRY": "r.example", "CI_REGISTRY_USER": "me", "CI_REGISTRY_PASSWORD": password}
    told = subprocess.run(
        ["bash", "-ec", lines], env=environment() | names, capture_output=True, text=True, check=True
    ).stdout
    auth = json.loads(told)["auths"]["r.example"]["auth"]
    assert base64.b64decode(auth).decode() == f"me:{password}"
