"""OS packages that no command of apt or apk in the Dockerfile names: R33 and R36."""

from __future__ import annotations

from dataclasses import replace

from made_images.system_facts import facts, packages
from rewrites.dockerfiles import BASE, SYNC, decision, last_stage, refused

from uvdive.ledger.system.installed import Installed
from uvdive.rewrite.evidence.system.os_needs import SystemFacts
from uvdive.rewrite.planner import plan

START = 'CMD ["flask", "run"]\n'


PLAYWRIGHT = "RUN uv run playwright install --with-deps chromium\n"
BROWSER = "/root/.cache/ms-playwright/chromium-1/chrome"


def with_browser(project, node, text: str = PLAYWRIGHT, more: dict | None = None):
    """A project whose image has what a RUN without any word of apt installed: libnss3 (with libnspr4)."""
    wrote = {
        "/usr/bin/x": node(3, owner="os-packages"),
        "/var/lib/apt/lists/debian": node(900),
        "/var/lib/dpkg/status": node(7),
        "/usr/share/mime/cache": node(7, owner="other"),
        BROWSER: node(50, owner="other"),
        **(more or {}),
    }
    there = {
        path: node(folder=True, mode=0o700 if path == "/root" else 0o755) for path in ("/root", "/usr/share")
    }
    made = {text.split("&&", maxsplit=1)[0].strip(): wrote}
    return project(BASE + SYNC + text + START, made, base_paths=there)


DEPENDENCIES = packages("libc6", "libnss3: libnspr4 libc6", "libnspr4: libc6", "fonts-noto")


def with_layer(layer: int) -> SystemFacts:
    found = facts(found=DEPENDENCIES, programs=())
    layers = {name: 0 if name == "libc6" else layer for name in DEPENDENCIES}
    return replace(found, first_layer=layers, listed={"/usr/bin/x": frozenset({"libnss3"})})


def test_r36_playwrights_packages_are_installed_by_name_and_its_browsers_copied(project, node) -> None:
    result = with_browser(project, node).plan(system=with_layer(4))
    last = last_stage(result)
    assert "# The OS packages that playwright installs by itself.\n" in last
    assert "apt-get install -y --no-install-recommends fonts-noto libnss3 \\" in last
    assert "COPY --from=builder /root/.cache /root/.cache\n" in last
    assert "uv run playwright" not in last
    assert "/usr/bin/x" not in last
    assert "/usr/share/mime" not in last
    assert decision(result, "other-packages").rule == "R36"
    assert PLAYWRIGHT in result.text
    # Three packages of 1000 bytes, /usr/bin/x and dpkg's book; apt's lists are cleaned away.
    assert result.predicted.owners["os-packages"][1] == 3010


def test_r36_a_place_for_browsers_that_the_author_chose_stays(project, node) -> None:
    text = f"{BASE}{SYNC}ENV PLAYWRIGHT_BROWSERS_PATH=/ms\n{PLAYWRIGHT}{START}"
    made = project(text, {"RUN uv run": {"/ms/chrome": node(5), "/usr/bin/x": node(3, owner="os-packages")}})
    last = last_stage(made.plan(system=with_layer(4)))
    assert "ENV PLAYWRIGHT_BROWSERS_PATH=/ms\n" in last
    assert "COPY --from=builder /ms /ms\n" in last


def test_r36_without_the_contents_or_the_image_it_is_refused(project, node) -> None:
    result = with_browser(project, node).plan()
    assert refused(result) == ("R36", 6)
    from_text = plan(BASE + SYNC + PLAYWRIGHT + START, None, lambda _: None)
    assert refused(from_text) == ("R36", 6)


def test_r36_playwrights_own_image_is_the_final_images_base(project, node) -> None:
    base = "FROM mcr.microsoft.com/playwright/python:v1.55.0-noble"
    text = f"{base}\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/\n{SYNC}{START}"
    made = project(text, {"COPY --from": {"/bin/uv": node(9, owner="uv")}}, base_uv=False)
    assert f"\n{base} AS runner\n" in made.plan().text


def test_r33_packages_of_a_script_of_the_builds_are_installed_by_name(project, node) -> None:
    result = with_browser(project, node, "RUN ./install.sh\n").plan(system=with_layer(4))
    last = last_stage(result)
    assert "# The OS packages that a program of the build installs by itself.\n" in last
    assert "fonts-noto libnss3" in last
    assert "COPY --from=builder /usr/share/mime" in last  # nobody knows that a package's script made it
    assert decision(result, "other-packages").rule == "R33"


def test_r33_packages_beside_a_plain_install_in_one_run_are_not_lost(project, node) -> None:
    run = "RUN apt-get update && apt-get install -y fonts-noto && uv run playwright install-deps chromium\n"
    result = with_browser(project, node, run).plan(system=with_layer(4))
    last = last_stage(result)
    assert "RUN apt-get update && apt-get install -y fonts-noto\n" in last
    assert "apt-get install -y --no-install-recommends libnss3 \\" in last
    assert not result.allowed.packages


def test_r36_one_of_several_alternatives_is_named_itself(project, node) -> None:
    # In an empty system, apt takes the first of them, which the original does not even have.
    alternatives = (("fonts-dejavu", "fonts-noto", "fonts-freefont"),)
    more = {name: Installed(name, "1") for name in ("fonts-noto", "fonts-freefont")}
    found = {**DEPENDENCIES, **more, "libnss3": Installed("libnss3", "1", alternatives)}
    system = replace(with_layer(4), packages=found, first_layer=dict.fromkeys(found, 4))
    assert " fonts-freefont fonts-noto libnspr4 libnss3 " in last_stage(
        with_browser(project, node).plan(system=system)
    )


def test_r33_packages_from_a_place_that_the_run_makes_known_itself_are_refused(project, node) -> None:
    more = {"/etc/apt/sources.list.d/corp.list": node(8, owner="other")}
    result = with_browser(project, node, "RUN ./install.sh\n", more).plan(system=with_layer(4))
    assert refused(result) == ("R33", 6)


def test_a_mount_point_that_podman_left_in_the_layer_of_a_run_is_no_package(project, node) -> None:
    sync = SYNC.splitlines()[-2]
    wrote = {"/etc/hosts": node(0, owner="os-packages", mode=0o700), "/app/.venv/x": node(5, owner="venv")}
    result = project(BASE + SYNC + START, {sync: wrote}).plan()
    assert "/etc/hosts" not in last_stage(result)
    wrote["/etc/hosts"] = node(9, owner="os-packages")
    assert "/etc/hosts" in last_stage(project(BASE + SYNC + START, {sync: wrote}).plan())
