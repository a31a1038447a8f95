"""Lines in the form that Go writes, taken apart at once, are what the general parser makes of them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_images.odd_tars import content, segment, split_lines

from uvdive.image.tar import split_lines as lines_module
from uvdive.image.tar.split_lines import Lines, Parts, _general, _pairs, parts_of

Told = list[bytes | tuple[bytes, int]]
BROKEN = (ValueError, LookupError, TypeError, AttributeError)

HEADERS = st.integers(512, 2100).map(lambda size: (b"\0ustar\xff\n\x08" * 300)[:size])
NAMES = st.sampled_from(
    ("a", "b c/d", "caf\u00e9", "d\u007fe", "x" * 300, "a<b", 'q"', "back\\slash", "tab\t", "\u2028")
)
PAIRS = st.builds(
    lambda data, name, size: [segment(data), content(name, size)],
    HEADERS,
    NAMES,
    st.sampled_from((0, 0, 1, 700, 10**12, 2**62 - 1, 2**62)),
)
OTHERS = st.sampled_from(
    (
        [segment(b"")],
        [segment(b"short")],
        [segment(bytes(2000))],
        [content("lonely", 5)],
        [content("", 5)],
        [{"type": 1, "name": "n", "name_raw": "YQ==", "size": 3, "payload": None}],
        [{"type": 3, "payload": "AAAA"}],
        [{"type": 2, "payload": None}],
        [{"type": 1, "name": "n", "size": True, "payload": None}],
    )
)
TEXTS = st.lists(st.one_of(PAIRS, PAIRS, PAIRS, OTHERS), max_size=5).map(
    lambda entries: split_lines([entry for some in entries for entry in some])
)


def told(parts: Parts) -> Told:
    """Segments that touch are one; what is empty is left out."""
    flat: Told = []
    for data, name, size in zip(parts.segments, parts.names, parts.sizes, strict=True):
        if data:
            flat.append(flat.pop() + data if flat and isinstance(flat[-1], bytes) else data)  # type: ignore[operator]
        if size:
            flat.append((name, size))
    return flat


def outcome(of: object, lines: bytes) -> Told | type:
    try:
        return told(of(lines))  # type: ignore[operator]
    except BROKEN:
        return ValueError


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.data())
def test_any_lines_give_what_the_general_parser_gives(lines: bytes, draw: st.DataObject) -> None:
    if draw.draw(st.booleans()) and lines:
        at = draw.draw(st.integers(0, len(lines) - 1))
        by = draw.draw(
            st.sampled_from(
                (b"", b"=", b"A", b'"', b"\n", b"\0", b"\xff", b"\xc3\xa9", b"\\", b",", b" ", b"-")
            )
        )
        lines = lines[:at] + by + lines[at + draw.draw(st.integers(0, 2)) :]
    assert outcome(parts_of, lines) == outcome(_general, lines)


DATA = bytes(range(256)) * 3


def test_what_go_writes_is_taken_apart_at_once() -> None:
    lines = split_lines([segment(DATA), content("d/", 0), segment(DATA[:512]), content("caf\u00e9", 12)])
    assert _pairs(lines) == Parts([DATA, DATA[:512]], [b"d/", "caf\u00e9".encode()], [0, 12])


GOOD = split_lines([segment(DATA), content("a", 3)])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"a"', b'"\xff"'),
        (b'"a"', b'"a\x1f"'),
        (b'"a"', b'"\\u0061"'),
        (b'"a"', b'""'),
        (b'"size":3', b'"size":03'),
        (b'"size":3', b'"size":-3'),
        (b'"size":3', b'"size":3.0'),
        (b'"size":3', b'"size":9999999999999999999'),
        (b"AAECAwQF", b"AAEC\nAwQF"),
        (b"AAECAwQF", b"AAEC AwQF"),
        (b"AAECAwQF", b"AAECAwQ"),
        (b"AAECAwQF", b"AA=="),
        (b"AAECAwQF", b"!!!!AAECAwQF"),
        (b"}\n{", b"},\n{"),
        (b"}\n{", b"} \n{"),
        (b'"position":0', b'"position":00'),
        (b'{"type":2', b'{"type":2,"type":1'),
    ],
)
def test_any_other_form_is_left_to_the_general_parser(old: bytes, new: bytes) -> None:
    assert old in GOOD
    lines = GOOD.replace(old, new, 1)
    assert _pairs(GOOD) is not None
    assert _pairs(lines) is None
    assert outcome(parts_of, lines) == outcome(_general, lines)


@given(
    st.lists(st.sampled_from((b"{}", b'{"type":2}', b"x" * 50, b"")), max_size=12),
    st.integers(1, 60),
    st.booleans(),
)
def test_pieces_are_whole_lines_of_the_text(lines: list[bytes], size: int, ended: bool) -> None:
    text = b"\n".join(lines) + (b"\n" if ended else b"")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines_module, "_TEXT", size)
        pieces = list(Lines(io.BytesIO(text).read))
    assert b"".join(pieces) == text
    assert all(piece.endswith(b"\n") for piece in pieces[:-1])


def test_a_line_without_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "_LONGEST", 1000)
    monkeypatch.setattr(lines_module, "_TEXT", 10)
    with pytest.raises(ValueError, match="no end"):
        list(Lines(io.BytesIO(b"x" * 5000).read))
