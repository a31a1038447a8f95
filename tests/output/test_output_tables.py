"""Every entry of every table of ``uvdive/output``, written out: one that comes or goes is seen here."""

from __future__ import annotations

from tables import differences, tables_of, written

TABLES = written(
    r"""words.rebuild._KINDS: source = the␣source version = the␣project's␣version dependency = one␣dependency

words.check.STATUS_WORDS: passed = passed failed = failed skipped = skipped repaired = fixed␣by␣the␣rewrite
    announced = expected␣change
html.map_drawing.TITLES: folder = by␣folder package = by␣owner␣and␣package layer = by␣layer
as_text.packages.HEAD: own with␣it package asked␣for␣by
words.owners.LOOKS: uv = █ venv = ▓ uv-cache = ╳ caches = ╱ python = ═ base-os = ░ os-packages = ▒ app = ▚
    other = ·
words.proof._NAMES: sources = … reading = reading␣the␣new␣image comparing = … repairs = what␣may␣fix␣it
words.proof._STARTS: start = starting␣both loading = …
as_json.problem._SOURCES: text diff files
words.sizes._VERBS: inspect = inspect list = images
as_text.rewrite._VERDICTS: failed = it␣failed unproven = not␣proven,␣as␣not␣everything␣could␣be␣looked␣at
    contents = no␣check␣failed start = no␣check␣failed
as_text.rewrite._LEVELS: contents = … start = …
check.evaluate._HAVE_REWRITES: rewritten improved
check.forms.formats.NAMES: text json markdown sarif github gitlab junit
check.forms.github._COMMANDS: error = error warning = warning note = notice
check.forms.github._DATA: % = %25 '\r' = %0D '\n' = %0A
check.forms.github._PROPERTY: % = %25 '\r' = %0D '\n' = %0A : = %3A , = %2C
check.forms.gitlab._SEVERITIES: high = critical medium = major low = minor info = info
check.issues._LEVELS: high = error medium = warning
check.forms.markdown._MARKS: passed = passed failed = **failed** warned = warning skipped = - unknown =
    **unknown**
check.rules.RULES: fail-level = … ignore = … max-size = … warn-size = … max-pull-size = … max-waste = …
    min-efficiency = … max-growth = … rewrite = … owners = … packages = … layers = …
check.rules.OTHERS: max-user-waste = … unreadable = …
check.forms.sarif._SEVERITIES: error = 8.0 warning = 5.0 note = 2.0
check.forms.sarif._SECURITY: git-folder-in-image secrets-in-image secrets-in-settings
check.table.HEAD: '' image size hidden pull␣size findings failed␣rules
check.table.RIGHT: 2 3 4 5
check.forms.text._STYLES: passed = good failed = bad warned = warn skipped = faint unknown = bad
check.words._SUBJECTS: max-size = The␣image warn-size = The␣image max-pull-size = What␣is␣pulled max-waste =
    What␣is␣wasted max-user-waste = … min-efficiency = The␣efficiency max-growth = … rewrite = …
    layers.count = The␣number␣of␣layers
check.words.OUTCOMES: rewritten = … improved = … unchanged = … refused = has␣no␣rewrite
"""
)


def test_no_entry_comes_or_goes_unseen() -> None:
    assert TABLES
    assert differences(tables_of("output"), TABLES) == []
