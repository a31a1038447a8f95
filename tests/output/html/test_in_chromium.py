"""The HTML report in a browser: it draws, zooms, searches, needs no script, and lets nothing of an image act.

`UVDIVE_PICTURES=/some/folder` keeps the pictures for those who look at them.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from evil_names import EVIL, evil_report, evil_rewrite
from PIL import Image
from screens import driving, shown
from screens.chromium import chromium

from uvdive.output.html.page import page
from uvdive.output.html.tables import Rewrite
from uvdive.verify.checks import Check, Comparison, OwnerDelta, Verification

OUT = ".map-folder .tile:not(.out)"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("chromium")) as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    comparison = Comparison(
        {}, {}, 47_500_000, 20_000_000, "", (OwnerDelta("uv", 14_000_000, 0),), (), (), (), ()
    )
    checks = Verification(
        (Check("files", "passed", "all there"), Check("imports", "failed", "no numpy", ("numpy",)))
    )
    plan = driving.plan("Dockerfile", diff="--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n")
    texts = {
        "shop": page(shown.load(folder).report, Rewrite(plan, comparison, checks)),
        "evil": page(evil_report(), evil_rewrite()),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text)
    return {name: folder / f"{name}.html" for name in texts}


def taken(browser, name):
    """A picture of the page, kept where pictures are wanted; its colours, the most frequent first."""
    folder = os.environ.get("UVDIVE_PICTURES")
    path = Path(folder or ".") / f"html-{name}.png"
    data = browser.picture(path if folder else None)
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    colours = sorted(picture.getcolors(1 << 24), reverse=True)
    return [colour for _, colour in colours]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [420, 1280])
def test_it_draws_in_both_themes_and_widths(browser, pages, dark, width):
    browser.open(pages["shop"], width, dark=dark)
    colours = taken(browser, f"shop-{width}-{'dark' if dark else 'light'}")
    assert colours[0] == ((20, 20, 20) if dark else (255, 255, 255))
    # Okabe and Ito's vermilion, of uv itself, and many more for letters.
    assert (213, 94, 0) in colours
    assert len(colours) > 200
    assert browser.ask("document.documentElement.scrollWidth <= innerWidth")
    assert browser.complaints == []


def test_it_asks_for_no_address(browser, pages):
    before = len(browser.requests)
    browser.open(pages["shop"])
    assert browser.requests[before:] == [pages["shop"].as_uri()]


def test_the_mouse_goes_in_and_the_way_back_is_there(browser, pages):
    browser.open(pages["shop"])
    whole = browser.ask(f"document.querySelectorAll('{OUT}').length")
    browser.click(".map-folder .tile")
    assert browser.ask("document.querySelector('.map-folder .way').textContent") == "whole imageusr"
    assert 0 < browser.ask(f"document.querySelectorAll('{OUT}').length") < whole
    # What is shown fills the drawing.
    taken(browser, "shop-inside")
    assert (
        browser.ask(
            f"Math.round([...document.querySelectorAll('{OUT}:not(.frame) > rect:first-of-type')]"
            ".reduce((sum, rect) => sum + rect.width.baseVal.value * rect.height.baseVal.value, 0) / 1000)"
        )
        == 768
    )
    browser.click(".way button")
    assert browser.ask(f"document.querySelectorAll('{OUT}').length") == whole


def test_the_keyboard_does_too(browser, pages):
    browser.open(pages["shop"])
    browser.ask("document.querySelector('.map-folder [tabindex=\"0\"]').focus()")
    told = "document.activeElement.getAttribute('aria-label')"
    assert browser.ask(told).startswith("/usr, 31.9 MB")
    assert browser.ask("document.activeElement.getAttribute('role')") == "button"
    browser.press("ArrowRight")
    assert browser.ask(told).startswith("/app, 10.5 MB")
    browser.press("Enter")
    assert browser.ask(told).startswith("/app/.venv")
    browser.press("Escape")
    assert browser.ask(told).startswith("/app, 10.5 MB")


def test_the_map_is_divided_in_another_way_by_one_choice(browser, pages):
    for script in (True, False):
        browser.open(pages["shop"], script=script)
        browser.click("label[for=by-layer]")
        shown_maps = (
            "[...document.querySelectorAll('.map')].filter(map => map.getBoundingClientRect().height > 0)"
        )
        assert browser.ask(f"{shown_maps}.map(map => map.className).join()") == "map map-layer"


def test_the_search_fades_what_does_not_fit_and_says_how_much_does(browser, pages):
    browser.open(pages["shop"])
    browser.ask("document.getElementById('search').focus()")
    browser.call("Input.insertText", text="NUMPY")
    assert "rows of tables" in browser.ask("document.getElementById('found').textContent")
    left = browser.ask(
        "[...document.querySelectorAll('#packages ~ * tbody tr:not([hidden]) th')].map(e => e.textContent)"
    )
    assert left == ["numpy"]
    fits = ".map-folder .tile:not(.frame):not(.faded) title"
    names = browser.ask(f"[...document.querySelectorAll('{fits}')].map(e => e.textContent)")
    assert names
    assert all("numpy" in name for name in names)


def test_without_scripts_everything_can_be_read(browser, pages):
    browser.open(pages["shop"], script=False)
    taken(browser, "shop-without-script")
    words = browser.ask("document.body.innerText")
    for told in ("47.5 MB in 49 files", "uv is in the final image", "imports: failed", "numpy", "by layer"):
        assert told in words
    assert "Search names" not in words


@pytest.mark.parametrize("script", [True, False])
def test_nothing_of_a_hostile_image_acts(browser, pages, script):
    before = len(browser.requests)
    browser.open(pages["evil"], script=script)
    taken(browser, f"evil-{script}")
    assert browser.complaints == []
    assert len(browser.requests) == before + 1
    assert browser.ask("document.scripts.length") == 1
    assert (
        browser.ask("document.querySelectorAll('img, iframe, object, embed, link, form, base').length") == 0
    )
    assert browser.ask("document.body.innerHTML.includes('alert(1)')")
    assert EVIL[0] in browser.ask("document.querySelector('h1').textContent")
    if script:
        browser.ask("document.getElementById('search').focus()")
        browser.call("Input.insertText", text="<img src=x onerror=alert(1)>")
        browser.click(".map-folder .tile")
        assert browser.complaints == []
        assert browser.ask("document.querySelectorAll('img').length") == 0


def test_a_script_that_came_in_all_the_same_would_not_run(browser, pages, tmp_path):
    text = pages["shop"].read_text().replace("<main", "<script>document.title = 'taken'</script><main", 1)
    broken = tmp_path / "broken.html"
    broken.write_text(text.replace("<main", "<img src=x onerror=\"document.title = 'taken'\"><main", 1))
    browser.open(broken)
    assert browser.ask("document.title") != "taken"
    assert any("Content Security Policy" in line for line in browser.complaints)
    browser.complaints.clear()
