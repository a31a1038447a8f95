from __future__ import annotations

from pathlib import Path

import pytest

from uvdive.session.opening.caching import layer_cache


def test_it_says_what_it_holds_and_clears_it(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    layer_cache().keep_record("x", {"a": 1})
    ran = run("cache")
    assert ran.code == 0
    assert ran.out.splitlines()[0] == str(tmp_path / "uvdive" / "layers")
    assert ran.out.splitlines()[1].startswith("1 files, ")
    assert "Removed 1 of 1 files" in run("cache", "--clear").out
    assert run("cache", "--info").out.splitlines()[1].startswith("0 files, 0 B")


def test_one_of_both(run) -> None:
    assert run("cache", "--clear", "--info").code == 2
