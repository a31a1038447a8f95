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
proof_words._STARTS: start = starting␣both loading = …
problem_json._SOURCES: text diff files
sizes._VERBS: inspect = inspect list = images
text_rewrite._VERDICTS: failed = it␣failed unproven = not␣proven,␣as␣not␣everything␣could␣be␣looked␣at
    contents = no␣check␣failed start = no␣check␣failed
text_rewrite._LEVELS: contents = … start = …
check.evaluate._HAVE_REWRITES: rewritten improved
check.formats.NAMES: text json markdown sarif github gitlab junit
check.github._COMMANDS: error = error warning = warning note = notice
check.github._DATA: % = %25 '\r' = %0D '\n' = %0A
check.github._PROPERTY: % = %25 '\r' = %0D '\n' = %0A : = %3A , = %2C
check.gitlab._SEVERITIES: high = critical medium = major low = minor info = info
check.issues._LEVELS: high = error medium = warning
check.markdown._MARKS: passed = passed failed = **failed** warned = warning skipped = - unknown =
    **unknown**
check.rules.RULES: fail-level = … ignore = … max-size = … warn-size = … max-pull-size = … max-waste = …
    min-efficiency = … max-growth = … rewrite = … owners = … packages = … layers = …
check.rules.OTHERS: max-user-waste = … unreadable = …
check.sarif._SEVERITIES: error = 8.0 warning = 5.0 note = 2.0
check.sarif._SECURITY: git-folder-in-image secrets-in-image secrets-in-settings
check.text._STYLES: passed = good failed = bad warned = warn skipped = faint unknown = bad
check.words._SUBJECTS: max-size = The␣image warn-size = The␣image max-pull-size = What␣is␣pulled max-waste =
    What␣is␣wasted max-user-waste = … min-efficiency = The␣efficiency max-growth = … rewrite = …
    layers.count = The␣number␣of␣layers
check.words.OUTCOMES: rewritten = … improved = … unchanged = … refused = has␣no␣rewrite
"""
)


def test_no_entry_comes_or_goes_unseen() -> None:
    assert TABLES
    assert differences(tables_of("output"), TABLES) == []
