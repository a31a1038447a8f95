"""Files that are too long, too deep, endless or no text: read within limits, and named."""

from __future__ import annotations

import os

import pytest
from rewrites.dockerfiles import decision, warned

from uvdive.compose.yaml_nodes import NotYamlError, read_yaml
from uvdive.rewrite.elsewhere import context_texts, reading
from uvdive.rewrite.elsewhere.context_texts import MOST_BYTES, Reading, read_texts

SERVICE = "services:\n  web:\n    build: .\n    command: uv run flask\n"


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [uv, run]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x: " + "[" * 5000, "not understood as YAML"),
        ("- " * 101 + "x", "over 100 levels deep"),
        ("[" + "a, " * 100_001 + "]", "over 100,000 values"),
        ("a: *nowhere\n", "*nowhere, which is nowhere"),
        ("a: [1, 2\nb: }", "not understood as YAML"),
        ("a: \ud800", "not understood as YAML"),
    ],
)
def test_yaml_beyond_a_limit_is_told(text, said) -> None:
    with pytest.raises(NotYamlError, match=said.replace("*", r"\*")):
        read_yaml(text)


def test_yaml_at_the_limits_is_read() -> None:
    assert read_yaml("- " * 100 + "x")
    # the stream, the document and the list come and go by an event each
    assert len(read_yaml("[" + "a, " * (100_000 - 6) + "]")[0].items) == 100_000 - 6


@pytest.mark.parametrize(
    "extra",
    [
        "x-a: &a\n  b: *a\n",
        "x-a: &a\n  <<: *a\n",
        "x-a: &a [*a]\n",
        bomb(40),
        "x-m: &m {<<: [*m, *m]}\n",
    ],
)
def test_aliases_that_multiply_or_refer_to_themselves_cost_nothing(around, extra) -> None:
    result = around({"compose.yaml": f"{extra}\n{SERVICE}".replace("x-a: &a [*a]", "x-a: &a\n  - *a")})
    (change,) = result.files
    assert change.text.endswith("command: flask\n")


def test_a_service_that_merges_itself_is_read(around) -> None:
    text = "services:\n  web: &w\n    <<: [*w, *w]\n    build: .\n    command: uv run flask\n"
    assert around({"compose.yaml": text}).files


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (SERVICE.encode() + b"#" * MOST_BYTES, "is over 1 MiB"),
        (SERVICE.encode("utf-16"), "is not UTF-8 text"),
        (SERVICE.encode() + b"# caf\xe9\n", "is not UTF-8 text"),
        (SERVICE.encode() + b"x: [\n", "is not understood as YAML"),
        (SERVICE.encode() + b"x: \0\n", "is not understood as YAML"),
    ],
)
def test_a_compose_file_that_is_not_read_is_named(around, data, said) -> None:
    result = around({"compose.yaml": data})
    assert not result.files
    (warning,) = warned(result, "R24")
    assert warning[1].startswith("compose.yaml ")
    assert said in warning[1]


def test_a_file_at_the_limit_is_read(around) -> None:
    data = SERVICE.encode()
    assert around({"compose.yaml": data + b"#" * (MOST_BYTES - len(data))}).files


def test_a_list_of_commas_and_a_long_line_take_no_time(around) -> None:
    commas = f"services:\n  a:\n    command: uv {',' * 60}x\n"
    assert decision(around({"compose.yaml": commas}), "uv-elsewhere").chosen == "keep-uv"
    assert not around({"Makefile": "a:\n\techo " + ",/" * 100_000 + " uv run\n"}).files


def test_links_and_what_is_no_file_are_passed_over(around, tmp_path) -> None:
    os.mkfifo(tmp_path / "compose.yaml")
    (tmp_path / "Makefile").symlink_to("/dev/zero")
    (tmp_path / "app.py").symlink_to("app.py")
    assert around({}).outcome == "rewritten"


def test_commands_are_looked_at_up_to_a_limit(around, monkeypatch) -> None:
    text = SERVICE + "".join(f"  w{n}:\n    build: .\n    command: uv run flask\n" for n in range(2))
    monkeypatch.setattr(reading, "MOST_SLOTS", 3)
    assert not warned(around({"compose.yaml": text}), "R24")
    monkeypatch.setattr(reading, "MOST_SLOTS", 2)
    result = around({"compose.yaml": text})
    assert result.files[0].text.count("uv run") == 1
    assert "goes beyond the 2 commands" in warned(result, "R24")[0][1]


def test_a_context_of_many_files_is_read_up_to_a_limit(tmp_path, monkeypatch) -> None:
    for number in range(12):
        (tmp_path / f"m{number}.py").write_text("x")
    (tmp_path / "z.mk").write_text("x")
    done = Reading()
    assert len(list(read_texts(tmp_path, done))) == 13
    assert not done.unread
    monkeypatch.setattr(context_texts, "MOST_FILES", 12)
    done = Reading()
    found = [text.path for text in read_texts(tmp_path, done)]
    assert len(found) == 12
    assert found[0] == "z.mk", "settings come before sources, which are many"
    assert len(done.unread) == 1
    monkeypatch.setattr(context_texts, "MOST_ENTRIES", 12)
    done = Reading()
    list(read_texts(tmp_path, done))
    assert "over 12 files" in done.unread[0]
    monkeypatch.setattr(context_texts, "MOST_ENTRIES", 13)
    monkeypatch.setattr(context_texts, "MOST_FILES", 13)
    done = Reading()
    assert len(list(read_texts(tmp_path, done))) == 13
    assert not done.unread
