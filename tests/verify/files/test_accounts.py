"""What entries of account files must say again, field by field."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from uvdive.verify.files.accounts import NOTHING, lost, number, read_book

PASSWD, GROUP, SHADOW, GSHADOW = (
    f"/etc/{name}".encode() for name in ("passwd", "group", "shadow", "gshadow")
)


@dataclass
class Known:
    """What a test says of accounts beyond a file."""

    known: frozenset[bytes] = frozenset((b"root", b"app"))
    lacking: frozenset[bytes] = frozenset()
    renumbered: dict[bytes, tuple[int, int]] = field(default_factory=dict)

    def may_lack(self, path: bytes, name: bytes) -> bool:
        assert path.startswith(b"/etc/")
        return name in self.lacking

    def may_renumber(self, path: bytes, name: bytes, was: int, now: int) -> bool:
        assert path.startswith(b"/etc/")
        return self.renumbered.get(name) == (was, now)


def told(
    path: bytes,
    was: bytes,
    now: bytes,
    excuses: Known | None = None,
    bases: tuple[bytes, bytes] | None = None,
) -> list[str]:
    books = None if bases is None else (read_book(path, bases[0]), read_book(path, bases[1]))
    return [*lost(path, read_book(path, was), read_book(path, now), books, excuses or Known())]


USER = b"app:x:1001:1002:The app:/srv:/bin/sh"
LOCKED = b"app:!:20000:0:99999:7:::"


@pytest.mark.parametrize(
    ("path", "was", "now", "said"),
    [
        (PASSWD, USER, b"app::1001:1002:The app:/srv:/bin/sh", ["password of app"]),
        (PASSWD, USER, b"app:x:1003:1002:The app:/srv:/bin/sh", ["number of app"]),
        (PASSWD, USER, b"app:x:1001:1003:The app:/srv:/bin/sh", ["group of app"]),
        (PASSWD, USER, b"app:x:1001:1002:The apq:/srv:/bin/sh", ["comment of app"]),
        (PASSWD, USER, b"app:x:1001:1002:The app:/:/bin/sh", ["home of app"]),
        (PASSWD, USER, b"app:x:1001:1002:The app:/srv:/bin/false", ["shell of app"]),
        (PASSWD, USER, b"app:x:01001:1002:The app:/srv:/bin/sh", []),
        (PASSWD, USER, b"app:x:1001\xff:1002:The app:/srv:/bin/sh", ["number of app"]),
        (PASSWD, USER, USER + b":more", ["app is missing"]),
        (PASSWD, USER, USER.rpartition(b":")[0], ["app is missing"]),
        (PASSWD, USER, b"", ["app is missing"]),
        (PASSWD, USER, b"more:x:1:1::/:/bin/sh\n" + USER + b"\n", []),
        # Of two lines with one name the first counts, and the other is held to the letter.
        (PASSWD, USER, USER + b"\n" + USER.replace(b"1001", b"0"), []),
        (PASSWD, USER, USER.replace(b"1001", b"0") + b"\n" + USER, ["number of app"]),
        (PASSWD, USER + b"\n" + USER, USER, ["1 lines that name nobody else are missing"]),
        (PASSWD, b"+@all\n" + USER, USER, ["1 lines that name nobody else are missing"]),
        (PASSWD, b"# a comment\n\n" + USER, USER, []),
        (PASSWD, b":x:1:1::/:/bin/sh", b"", ["1 lines that name nobody else are missing"]),
        (GROUP, b"web:x:50:app,root", b"web:x:50:root,app", []),
        (GROUP, b"web:x:50:app,root", b"web:x:50:root", ["members of web"]),
        (GROUP, b"web:x:50:root", b"web:x:50:root,app", ["members of web"]),
        (GROUP, b"web:x:50:root", b"web:x:50:root,new", []),
        (GROUP, b"web:x:50:", b"web:x:51:", ["number of web"]),
        (GROUP, b"web:x:50:", b"web::50:", ["password of web"]),
        (SHADOW, LOCKED, LOCKED.replace(b"20000", b"20001"), []),
        (SHADOW, LOCKED, LOCKED.replace(b"20000", b"0"), ["last change of app"]),
        (SHADOW, LOCKED, LOCKED.replace(b"20000", b""), ["last change of app"]),
        (SHADOW, LOCKED, LOCKED.replace(b"20000", b"2000\xff"), ["last change of app"]),
        (SHADOW, LOCKED, b"app:!:20000:1:99999:7:::", ["least age of app"]),
        (SHADOW, LOCKED, b"app:!:20000:0:9999:7:::", ["greatest age of app"]),
        (SHADOW, LOCKED, b"app:!:20000:0:99999:8:::", ["warning of app"]),
        (SHADOW, LOCKED, b"app:!:20000:0:99999:7:1::", ["inactivity of app"]),
        (SHADOW, LOCKED, b"app:!:20000:0:99999:7::1:", ["expiry of app"]),
        (SHADOW, LOCKED, b"app:!:20000:0:99999:7:::1", ["reserved field of app"]),
        (SHADOW, LOCKED, LOCKED.replace(b"!", b""), ["password of app"]),
        (SHADOW, LOCKED.replace(b"!", b""), LOCKED, ["password of app"]),
        (SHADOW, LOCKED, b"", ["app is missing"]),
        (GSHADOW, b"web:!:root:app", b"web:!::app", ["administrators of web"]),
        (GSHADOW, b"web:!:root:app", b"web:!:root:", ["members of web"]),
        (GSHADOW, b"web:!::", b"web:::", ["password of web"]),
        (b"/etc/subuid", b"app:100000:65536", b"app:165536:65536", ["first number of app"]),
        (b"/etc/subgid", b"app:100000:65536", b"app:100000:6553", ["count of app"]),
    ],
)
def test_what_is_said_otherwise(path: bytes, was: bytes, now: bytes, said: list[str]) -> None:
    assert told(path, was, now) == said
    assert told(path, was, was) == []


SHA = b"$6$salt$" + b"a" * 86
YESCRYPT = b"$y$j9T$saltsaltsalt$" + b"a" * 43
BCRYPT = b"$2b$12$" + b"s" * 22 + b"d" * 31


@pytest.mark.parametrize(
    ("was", "now", "same"),
    [
        (b"!", b"*", True), (b"!*", b"!", True), (b"*", b"!!", True), (b"!" + SHA, b"!", True),
        (b"*", b"\xff", False), (b"!*", b"!\xff", False), (b"!", b"", False), (b"", b"!", False),
        (b"!", b"x", False), (b"x", b"!", False), (b"", SHA, False), (SHA, b"!" + SHA, False),
        # Salted anew: another salt and another digest, of one method and length.
        (SHA, b"$6$salz$" + b"b" * 86, True),
        (SHA, b"$6$salt$" + b"b" * 86, False), (SHA, b"$6$salz$" + b"a" * 86, False),
        (SHA, b"$5$salz$" + b"b" * 86, False), (SHA, b"$6$salz$" + b"b" * 85, False),
        (SHA, b"$6$salz$" + b"b" * 85 + b"\xff", False), (SHA, b"$6$salz$", False),
        (SHA, b"6$salz$" + b"b" * 86, False),
        (YESCRYPT, b"$y$j9T$saltsaltsalz$" + b"b" * 43, True),
        (YESCRYPT, b"$y$j9T$saltsaltsalz$" + b"a" * 43, False),
        (BCRYPT, b"$2b$12$" + b"t" * 22 + b"e" * 31, True),
        (BCRYPT, b"$2b$12$" + b"s" * 22 + b"e" * 31, False),
        (BCRYPT, b"$2b$12$" + b"t" * 22 + b"d" * 31, False),
        (b"aaXXXXXXXXXXX", b"bbYYYYYYYYYYY", False),
    ],
)  # fmt: skip
def test_a_password_stays_locked_or_may_be_the_same(was: bytes, now: bytes, *, same: bool) -> None:
    entry = b"app:%s:20000:0:99999:7:::"
    assert told(SHADOW, entry % was, entry % now) == ([] if same else ["password of app"])


def test_no_field_s_value_is_told() -> None:
    said = told(SHADOW, b"app:%s:1::::::" % SHA, b"app:%s:1::::::" % YESCRYPT)
    assert said == ["password of app"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"0", 0),
        (b"4294967295", 4294967295),
        (b"04294967295", None),
        (b"", None),
        (b"-1", None),
        (b"1\xff", None),
    ],
)
def test_an_id_has_ten_digits_at_most(text: bytes, found: int | None) -> None:
    assert number(text) == found


def test_what_nobody_takes_for_an_id_is_compared_as_it_stands() -> None:
    endless = b"9" * 5000
    assert told(PASSWD, USER.replace(b"1001", endless), USER.replace(b"1001", endless)) == []
    assert told(PASSWD, USER.replace(b"1001", endless), USER.replace(b"1001", endless + b"9")) == [
        "number of app"
    ]


def test_an_account_that_may_be_missing_or_have_another_id() -> None:
    excuses = Known(lacking=frozenset((b"redis",)), renumbered={b"redis": (101, 100)})
    redis, other = b"redis:x:101:101::/:/bin/false", b"redis:x:100:100::/:/bin/false"
    assert told(PASSWD, redis, b"", excuses) == []
    assert told(PASSWD, USER, b"", excuses) == ["app is missing"]
    assert told(PASSWD, redis, other, excuses) == []
    assert told(PASSWD, redis, redis.replace(b"101", b"102"), excuses) == [
        "number of redis",
        "group of redis",
    ]
    assert told(PASSWD, redis, other.replace(b"false", b"true"), excuses) == ["shell of redis"]


OLD = b"games:x:5:60:games:/usr/games:/bin/sh"
NEW = OLD.replace(b"/bin/sh", b"/bin/false")


@pytest.mark.parametrize(
    ("was", "now", "bases", "said"),
    [
        # What an entry had from its base it may have from the new base, or not be there as in that.
        (OLD, NEW, (OLD, NEW), []),
        (OLD, OLD, (OLD, NEW), []),
        (OLD, b"", (OLD, b""), []),
        (OLD, NEW, (OLD, b""), []),
        (OLD, b"", (OLD, NEW), ["games is missing"]),
        (OLD, OLD.replace(b"/bin/sh", b"/bin/dash"), (OLD, NEW), ["shell of games"]),
        # What an instruction changed stays changed.
        (NEW, OLD, (OLD, OLD), ["shell of games"]),
        (NEW, b"", (OLD, b""), ["games is missing"]),
        (NEW.replace(b":x:", b"::"), NEW, (NEW, NEW), ["password of games"]),
        (OLD, NEW, (b"", NEW), ["shell of games"]),
        (OLD, NEW, None, ["shell of games"]),
        (b"+\n" + OLD, OLD, (b"+\n", b""), []),
    ],
)
def test_another_base_explains_what_came_from_it(
    was: bytes, now: bytes, bases: tuple[bytes, bytes] | None, said: list[str]
) -> None:
    assert told(PASSWD, was, now, bases=bases) == said


@pytest.mark.parametrize(
    ("was", "now", "bases", "kept"),
    [
        (b"root", b"", (b"root", b""), True), (b"root", b"", (b"root", b"root"), False),
        (b"root,app", b"app", (b"root", b""), True), (b"root,app", b"root", (b"root", b"root"), False),
        (b"", b"app", (b"", b"app"), True), (b"", b"app", (b"", b""), False), (b"", b"app", None, False),
    ],
)  # fmt: skip
def test_another_base_may_have_other_members(
    was: bytes, now: bytes, bases: tuple[bytes, bytes] | None, *, kept: bool
) -> None:
    line = b"web:x:50:%s"
    based = None if bases is None else (line % bases[0], line % bases[1])
    assert told(GROUP, line % was, line % now, bases=based) == ([] if kept else ["members of web"])


def test_a_group_that_the_new_base_has_not_loses_only_its_base_s_members() -> None:
    group = b"web:x:50:root"
    assert told(GROUP, group, b"web:x:50:", bases=(group, b"")) == []
    assert told(GROUP, group + b",app", b"", bases=(group, b"")) == ["web is missing"]


def test_an_empty_file_holds_nothing() -> None:
    assert read_book(PASSWD, b"") == NOTHING
    assert read_book(PASSWD, b"\n \n#x:x:1:1::/:/bin/sh\n") == NOTHING
