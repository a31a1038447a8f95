"""Accounts of two images: whose an account is, and what another base or a package's script explains."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_images import layers as make
from made_images import pairs_of_images as pairs

from uvdive.ledger.reading.contents import ContentPlace
from uvdive.ledger.report import Base
from uvdive.rewrite.plan import Allowances
from uvdive.verify.checks import Check
from uvdive.verify.files.check import check_files

LONGEST = 16 * 1024 * 1024
ROOT = "root:x:0:0:root:/root:/bin/bash\n"
BASE_GROUPS = "root:x:0:\nusers:x:100:\n_base:x:101:\n"
REDIS = "redis:x:102:103::/var/lib/redis:/usr/sbin/nologin\n"
SHOP = "shop:x:999:999::/home/shop:/bin/sh\n"


def etc(mode: int = 0o644, **files: str) -> pairs.Files:
    return {f"etc/{name}": make.file(f"etc/{name}", text.encode(), mode) for name, text in files.items()}


def dpkg(*names: str) -> pairs.Files:
    """What installing packages writes, with their scripts."""
    status = "\n".join(f"Package: {name}\nStatus: install ok installed\nVersion: 1\n" for name in names)
    found = {"var/lib/dpkg/status": make.file("var/lib/dpkg/status", status.encode())}
    for name in names:
        for end, text in ((".list", f"/usr/share/{name}\n"), (".postinst", f"adduser --system {name}\n")):
            path = f"var/lib/dpkg/info/{name}{end}"
            found[path] = make.file(path, text.encode())
    return found


BASE = pairs.python() | etc(passwd=ROOT, group=BASE_GROUPS)


def judged(
    tmp_path: Path,
    old: tuple[pairs.Files, ...],
    new: tuple[pairs.Files, ...],
    command: str = "RUN /bin/sh -c apt-get install -y x",
    *,
    base: int | None = 1,
    allowed: Allowances = pairs.ALLOWED,
    read: bool = True,
    user: str = "1000",
) -> Check:
    """The check of two images; ``command`` made the old one's layers above its base."""
    reports, places = [], []
    for name, layers in (("b.tar", old), ("a.tar", new)):
        commands = ["ADD base /", "COPY app /", *[command] * (len(layers) - 1)]
        report, index = pairs.read_with_contents(
            tmp_path / name, layers[0], pairs.application(), *layers[1:], commands=commands,
            config={**pairs.CONFIG, "User": user},
        )  # fmt: skip
        reports.append(report)
        places.append(ContentPlace(index=index) if read else None)
    if base is not None:
        image = replace(reports[1].image, base=Base("new", base, "dockerfile"))
        reports[1] = replace(reports[1], image=image)
    return check_files(*reports, allowed, (places[0], places[1]))


def test_accounts_are_told_by_file_and_name(tmp_path: Path) -> None:
    old = etc(passwd=ROOT + SHOP, group=BASE_GROUPS + "shop:x:999:\n", shadow="shop:!:20000:0:99999:7:::\n")
    assert judged(tmp_path, (BASE, old), (BASE, old)).differences == ()
    day = etc(shadow="shop:!:20001:0:99999:7:::\nroot:*:1::::::\n")
    done = judged(tmp_path, (BASE, old), (BASE, old | day))
    assert done.differences == ()
    assert "accounts that say the same (1)" in done.detail
    wrong = etc(
        passwd=ROOT + SHOP.replace("/bin/sh", "/bin/no"),
        group=BASE_GROUPS,
        shadow="shop::20000:0:99999:7:::\n",
    )
    assert judged(tmp_path, (BASE, old), (BASE, wrong), "RUN useradd shop").differences == (
        "changed: /etc/group: shop is missing",
        "changed: /etc/passwd: shell of shop",
        "changed: /etc/shadow: password of shop",
    )


def test_at_most_three_are_told(tmp_path: Path) -> None:
    users = "".join(f"u{number}:x:{number}:1::/:/bin/sh\n" for number in range(2000, 2004))
    some = etc(passwd=ROOT + users)
    for count, end in ((3, ""), (4, ", and 1 more")):
        fewer = etc(passwd=ROOT + "".join(users.splitlines(keepends=True)[count:]))
        said = judged(tmp_path, (BASE, some), (BASE, fewer)).differences
        assert said == (f"changed: /etc/passwd: u2000 is missing, u2001 is missing, u2002 is missing{end}",)


@pytest.mark.parametrize("name", ["passwd", "group", "shadow", "gshadow", "subuid", "subgid"])
def test_a_file_of_accounts_stays_and_so_do_its_owner_and_mode(tmp_path: Path, name: str) -> None:
    file = etc(0o640, **{name: "root:x:0:\n"})
    assert judged(tmp_path, (BASE, file), (BASE, file)).differences == ()
    lost = judged(tmp_path, (BASE, file), (BASE, {name: make.whiteout(f"etc/{name}")}))
    assert any(line.startswith(f"missing: /etc/{name} ") for line in lost.differences)
    open_ = judged(tmp_path, (BASE, file), (BASE, etc(0o644, **{name: "root:x:0:\n"})))
    assert open_.differences == (f"changed: /etc/{name}: mode 0640 -> 0644",)
    # Its backup is nobody's.
    backup = etc(0o640, **{f"{name}-": "root:x:0:\n"})
    assert judged(tmp_path, (BASE, backup), (BASE, {})).differences == ()


@pytest.mark.parametrize("which", [0, 1])
def test_a_file_longer_than_the_judge_reads_is_not_explained(tmp_path: Path, which: int) -> None:
    def said(size: int) -> tuple[str, ...]:
        filled = ROOT + "#" * (size - len(ROOT))
        files = [etc(passwd=ROOT + "# other\n")] * 2
        files[which] = etc(passwd=filled)
        return judged(tmp_path, (BASE, files[0]), (BASE, files[1])).differences

    assert said(LONGEST) == ()
    assert said(LONGEST + 1) == ("changed: /etc/passwd: it is too long to be read",)


def test_contents_that_cannot_be_read_are_not_proven(tmp_path: Path) -> None:
    old, new = etc(passwd=ROOT + SHOP), etc(passwd=ROOT + SHOP + REDIS)
    done = judged(tmp_path, (BASE, old), (BASE, new), read=False)
    assert done.differences == ()
    assert done.unseen


OTHER = pairs.python() | {"usr/lib/newer": make.file("usr/lib/newer", b"12")}


def test_another_base_has_accounts_of_its_own(tmp_path: Path) -> None:
    base = OTHER | etc(passwd=ROOT.replace("bash", "sh") + REDIS, group="root:x:0:\nusers:x:100:\n")
    # Neither image's own layers changed them: they are the bases'.
    assert judged(tmp_path, (BASE,), (base,)).differences == ()
    old = etc(passwd=ROOT + SHOP, group=BASE_GROUPS + "shop:x:999:\n")
    right = etc(
        passwd=ROOT.replace("bash", "sh") + REDIS + SHOP, group="users:x:100:\nroot:x:0:\nshop:x:999:\n"
    )
    assert judged(tmp_path, (BASE, old), (base, right)).differences == ()
    # Where nobody knows which layers are the new base's, all of it may be.
    assert judged(tmp_path, (BASE, old), (base, right), base=None).differences == ()
    lost = etc(passwd=ROOT.replace("bash", "sh") + REDIS, group="root:x:0:\nshop:x:998:\n")
    assert judged(tmp_path, (BASE, old), (base, lost), "RUN useradd shop").differences == (
        "changed: /etc/group: users is missing, number of shop",
        "changed: /etc/passwd: shop is missing",
    )


def test_accounts_of_the_same_base_stay(tmp_path: Path) -> None:
    lost = etc(group=BASE_GROUPS.replace("_base:x:101:\n", ""))
    assert judged(tmp_path, (BASE,), (BASE, lost)).differences == ("changed: /etc/group: _base is missing",)


@pytest.mark.parametrize(
    ("command", "user", "said"),
    [
        ("RUN apt-get install -y redis", "1000", ()),
        ("RUN ./setup.sh", "1000", ()),
        # An author's own: by the name in a command, or as the container's user.
        ("RUN apt-get install -y x && useradd --system redis", "1000", ("redis is missing",)),
        ("RUN apt-get install -y x && adduser --system my-redis.old", "1000", ()),
        ("RUN apt-get install -y redis", "redis", ("redis is missing",)),
        ("RUN apt-get install -y redis", "102:0", ("redis is missing",)),
    ],
)
def test_an_account_of_a_package_that_is_gone_may_go(
    tmp_path: Path, command: str, user: str, said: tuple[str, ...]
) -> None:
    with_redis = dpkg("tini", "redis") | etc(passwd=ROOT + REDIS)
    without = dpkg("tini") | etc(passwd=ROOT)
    allowed = replace(pairs.ALLOWED, packages=("redis",))
    done = judged(tmp_path, (BASE, with_redis), (BASE, without), command, allowed=allowed, user=user)
    assert [line for line in done.differences if "passwd" in line] == [
        f"changed: /etc/passwd: {line}" for line in said
    ]


def test_an_account_stays_that_a_package_makes_or_a_file_has(tmp_path: Path) -> None:
    with_redis = dpkg("redis") | etc(passwd=ROOT + REDIS)
    kept = judged(tmp_path, (BASE, with_redis), (BASE, dpkg("redis") | etc(passwd=ROOT)))
    assert kept.differences == ("changed: /etc/passwd: redis is missing",)
    purged = dpkg("tini") | etc(passwd=ROOT + REDIS)
    assert judged(tmp_path, (BASE, purged), (BASE, dpkg("tini") | etc(passwd=ROOT))).differences == ()
    owned = {"srv/x": make.file("srv/x", b"x", uid=102)}
    new = dpkg("tini") | etc(passwd=ROOT) | owned
    assert judged(tmp_path, (BASE, purged | owned), (BASE, new)).differences == (
        "changed: /etc/passwd: redis is missing",
    )


def test_sysusers_d_tells_a_package_s_accounts_too(tmp_path: Path) -> None:
    path = "usr/lib/sysusers.d/bus.conf"
    conf = {path: make.file(path, b"u messagebus - -\n")}
    listed = "var/lib/dpkg/info/bus.list"
    book = dpkg("bus") | conf | {listed: make.file(listed, f"/{path}\n".encode())}
    account = "messagebus:x:102:102::/:/usr/sbin/nologin\n"
    lost = judged(tmp_path, (BASE, book | etc(passwd=ROOT + account)), (BASE, book | etc(passwd=ROOT)))
    assert lost.differences == ("changed: /etc/passwd: messagebus is missing",)


@pytest.mark.parametrize(
    ("was", "now", "kept"),
    [
        (102, 101, True), (100, 999, True), (999, 100, True),
        (99, 101, False), (101, 99, False), (1000, 101, False), (101, 1000, False),
    ],
)  # fmt: skip
def test_a_package_s_account_may_have_another_system_id(
    tmp_path: Path, was: int, now: int, *, kept: bool
) -> None:
    def passwd(number: int) -> pairs.Files:
        return etc(passwd=f"{ROOT}redis:x:{number}:65534::/:/bin/false\n")

    wrong = ("changed: /etc/passwd: number of redis",)
    old, new = ((BASE, dpkg("redis") | passwd(number)) for number in (was, now))
    assert judged(tmp_path, old, new).differences == (() if kept else wrong)
    # Without a package manager's work in that layer it is the author's.
    assert judged(tmp_path, (BASE, passwd(was)), (BASE, passwd(now))).differences == wrong


def test_the_lines_of_shadow_go_with_their_accounts(tmp_path: Path) -> None:
    whole = etc(
        passwd=ROOT + REDIS,
        group=BASE_GROUPS + "redis:x:103:\n",
        shadow="redis:!:1::::::\n",
        gshadow="redis:!::\n",
    )
    gone = etc(passwd=ROOT, group=BASE_GROUPS, shadow="x:!:1::::::\n", gshadow="x:!::\n")
    assert judged(tmp_path, (BASE, dpkg("x") | whole), (BASE, dpkg("x") | gone)).differences == ()
    said = judged(tmp_path, (BASE, whole), (BASE, gone)).differences
    assert said == tuple(
        f"changed: /etc/{name}: redis is missing" for name in ("group", "gshadow", "passwd", "shadow")
    )
