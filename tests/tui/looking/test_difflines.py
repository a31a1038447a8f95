from uvdive.tui.words.diff_lines import coloured, of_patch, pairs, unified

OLD = "FROM a\nRUN x\nCMD y\n"
NEW = "FROM a\nRUN z\nRUN w\nCMD y\n"


def numbers(found):
    return [(p.tag, p.old.number if p.old else None, p.new.number if p.new else None) for p in found]


def test_a_changed_line_stands_opposite_its_new_form():
    assert numbers(pairs(OLD, NEW)) == [
        ("same", 1, 1),
        ("removed", 2, 2),
        ("added", None, 3),
        ("same", 3, 4),
    ]


def test_unified_shows_first_what_goes_and_then_what_comes():
    assert numbers(unified(pairs(OLD, NEW))) == [
        ("same", 1, 1),
        ("removed", 2, None),
        ("added", None, 2),
        ("added", None, 3),
        ("same", 3, 4),
    ]


def test_every_line_has_its_own_text_whatever_is_in_it():
    text = "FROM a\n\n\nRUN printf '[red]\x1b[0m\u2028\x0c'\n# é\n\n"
    lines = coloured(text)
    assert len(lines) == len(text.splitlines())
    assert all("\x1b" not in line.plain and "\n" not in line.plain for line in lines)
    assert lines[0].plain == "FROM a"


def test_nothing_and_blank_lines():
    assert pairs("", "") == []
    assert [line.plain for line in coloured("\n\n")] == ["", ""]
    assert numbers(pairs("", "FROM a\n")) == [("added", None, 1)]


def test_a_ready_patch_keeps_its_signs():
    found = of_patch("start.sh", "--- a\n+++ b\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n")
    assert [pair.tag for pair in found] == ["title", "meta", "same", "removed", "added"]
