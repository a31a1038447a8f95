"""Every entry of every table of ``uvdive/output``, written out: one that comes or goes is seen here."""

from __future__ import annotations

from tables import differences, tables_of, written

TABLES = written(
    r"""rebuild_words._KINDS: source = the␣source version = the␣project's␣version dependency = one␣dependency

check_words.STATUS_WORDS: passed = passed failed = failed skipped = skipped repaired = fixed␣by␣the␣rewrite
    announced = expected␣change
html.map_drawing.TITLES: folder = by␣folder package = by␣owner␣and␣package layer = by␣layer
packages_text.HEAD: own with␣it package asked␣for␣by
owner_looks.LOOKS: uv = █ venv = ▓ uv-cache = ╳ caches = ╱ python = ═ base-os = ░ os-packages = ▒ app = ▚
    other = ·
proof_words._NAMES: sources = … reading = reading␣the␣new␣image comparing = … repairs = what␣may␣fix␣it
problem_json._SOURCES: text diff files
sizes._VERBS: inspect = inspect list = images
text_rewrite._VERDICTS: failed = it␣failed unproven = not␣proven,␣as␣not␣everything␣could␣be␣looked␣at
    contents = no␣check␣failed start = no␣check␣failed
text_rewrite._LEVELS: contents = … start = …
"""
)


def test_no_entry_comes_or_goes_unseen() -> None:
    assert TABLES
    assert differences(tables_of("output"), TABLES) == []
