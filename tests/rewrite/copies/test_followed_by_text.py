"""Users, modes, builds of node, git's settings and packages from files, by the text alone (R29, R33, R34)."""

from __future__ import annotations

import pytest
from rewrites.dockerfiles import last_stage, refused

from uvdive.rewrite.planner import plan

HEAD = "FROM python:3.13-slim-trixie\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\n"
SYNC = "WORKDIR /web\nCOPY . .\nRUN uv sync --frozen\n"
START = 'CMD ["/web/.venv/bin/serve"]\n'


def last(text: str) -> str:
    result = plan(text, None, lambda _: None)
    assert result.outcome == "rewritten", result
    return last_stage(result)


def whole(text: str) -> str:
    result = plan(text, None, lambda _: None)
    assert result.outcome == "rewritten", result
    return result.text


@pytest.mark.parametrize(
    ("change", "made"),
    [
        ("chmod 777 /data", "install -d -o root -g root -m 0777 /data"),
        ("chmod -R g+w /data", "install -d -o root -g root -m 0775 /data"),
        ("chmod u=rwx,go-rwx /data && chown 1001 /data", "install -d -o 1001 -g 0 -m 0700 /data"),
        ("chown 1001 /data && chgrp staff /data", "install -d -o 1001 -g staff /data"),
        ("chmod +x /data", ""),
        ("chmod -R 755 /web && chown -R 65534:65534 /web", "install -d -o 65534 -g 65534 /web"),
    ],
)
def test_r29_modes_and_owners_of_folders_are_followed(change: str, made: str) -> None:
    text = last(f"{HEAD}{SYNC}RUN mkdir /data && {change}\n{START}")
    assert [line for line in text.splitlines() if "install -d" in line] == ([f"RUN {made}"] if made else [])


@pytest.mark.parametrize(
    "change", ["chmod u+s /data", "chown $WHO /data", "chown me /srv", "chmod --reference=/web /data"]
)
def test_r29_what_only_the_shell_or_the_image_tells_is_not_divided(change: str) -> None:
    result = plan(f"{HEAD}{SYNC}RUN mkdir /data && {change}\n{START}", None, lambda _: None)
    assert refused(result)[0] == "R29"


@pytest.mark.parametrize(
    ("user", "workdir", "place"),
    [
        ("RUN useradd -m me\nUSER me\n", "/home/me", "WORKDIR /home/me\nCOPY"),
        ("RUN adduser --disabled-password me\nUSER me\n", "/home/me", "WORKDIR /home/me\nCOPY"),
        ("RUN useradd -m -d /srv/me me\nUSER me\n", "/srv/me", "WORKDIR /srv/me\nCOPY"),
        ("RUN useradd me\nUSER me\n", "/srv/app", "USER me\nWORKDIR /srv/app\nCOPY"),
    ],
)
def test_r29_a_build_as_another_user_is_followed_where_the_folder_is_theirs(
    user: str, workdir: str, place: str
) -> None:
    text = f"{HEAD}{user}WORKDIR {workdir}\nCOPY --chown=me . .\nRUN uv sync --frozen\n"
    assert place in last(f'{text}CMD ["{workdir}/.venv/bin/serve"]\n')


def test_r29_a_folder_that_root_made_is_not_the_users() -> None:
    text = f"{HEAD}RUN useradd me\nWORKDIR /srv/app\nCOPY . .\nUSER me\nRUN uv sync --frozen\n"
    text += 'CMD ["/srv/app/.venv/bin/serve"]\n'
    assert refused(plan(text, None, lambda _: None))[0] == "R29"


def test_r41_tools_of_another_user_lie_in_their_home() -> None:
    text = f'{HEAD}RUN useradd -m me\nUSER me\nRUN uv tool install yamllint\nENTRYPOINT ["yamllint"]\n'
    assert "COPY --from=builder /home/me/.local/bin /home/me/.local/bin\n" in last(text)


@pytest.mark.parametrize(
    "run",
    [
        "npm ci && npm run build",
        "cd front && pnpm install --frozen-lockfile && pnpm build",
        "npx tailwindcss -i a.css -o b.css --minify",
        "node scripts/bundle.mjs",
        "yarn install && yarn build && rm -rf node_modules",
    ],
)
def test_r37_builds_of_node_in_the_app_stay_there(run: str) -> None:
    result = plan(f"{HEAD}{SYNC}RUN {run}\n{START}", None, lambda _: None)
    assert "COPY --from=builder /web /web\n" in last_stage(result)
    assert [warning.line for warning in result.warnings if warning.rule == "R37"]


@pytest.mark.parametrize(
    "run", ["npm install -g pm2", "cd /opt/tool && npm ci", "npm ci --prefix /opt/tool", "node -e 'x()'"]
)
def test_r34_builds_of_node_elsewhere_are_not_divided(run: str) -> None:
    assert refused(plan(f"{HEAD}{SYNC}RUN {run}\n{START}", None, lambda _: None))[0] == "R34"


@pytest.mark.parametrize(
    ("run", "path"),
    [
        ("git lfs install --system", "/etc/gitconfig"),
        ("git config --system safe.directory '*'", "/etc/gitconfig"),
        ("git config --global user.name me", "/root/.gitconfig"),
        ("curl -fsSLo /etc/ssl/own.pem https://x.example/own.pem", "/etc/ssl/own.pem"),
        ("mkdir -p $HOME/.config/web", "/root/.config/web"),
        ("git rev-parse HEAD > REVISION || echo none > REVISION", ""),
    ],
)
def test_r34_files_of_a_known_name_are_copied(run: str, path: str) -> None:
    copies = [
        line for line in last(f"{HEAD}{SYNC}RUN {run}\n{START}").splitlines() if line.startswith("COPY")
    ]
    assert copies[1:] == ([f"COPY --from=builder {path} {path}"] if path else [])


FETCHED = "apt-get update && apt-get install -y curl && curl -fsSLo /tmp/t.deb https://x.example/t.deb"


@pytest.mark.parametrize(
    "lines",
    [
        "COPY pkg/t.deb /tmp/\nRUN apt-get update && apt-get install -y /tmp/t.deb\n",
        "COPY pkg/t.deb /tmp/\nRUN dpkg -i /tmp/t.deb && rm /tmp/t.deb\n",
        "ADD https://x.example/t.deb /tmp/t.deb\nRUN dpkg -i /tmp/t.deb\n",
        f"RUN {FETCHED} && dpkg -i /tmp/t.deb && rm -f /tmp/t.deb\n",
    ],
)
def test_r33_a_package_from_a_file_is_installed_once_for_both_stages(lines: str) -> None:
    text = whole(HEAD + lines + SYNC + START)
    assert text.count(lines.splitlines()[-1]) == 1
    assert text.index(lines.splitlines()[-1]) < text.index("AS builder")
    assert "--from=builder /tmp" not in text


def test_r33_a_package_among_the_apps_own_files_keeps_the_stage_one() -> None:
    text = f"{HEAD}{SYNC}RUN apt-get update && apt-get install -y ./pkg/t.deb\n{START}"
    assert refused(plan(text, None, lambda _: None)) == ("R33", 6)


def test_the_users_root_over_an_image_that_is_roots_does_not_end_the_build_stage() -> None:
    text = whole(f"{HEAD}USER root\nRUN useradd me\n{SYNC}USER me\n{START}")
    assert "USER root" not in text
    assert text.count("USER me") == 1
