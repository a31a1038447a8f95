"""What is told of whole columns is what their rows say one by one."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uvdive.image import table
from uvdive.image.table import ALIVE, ended


@given(st.lists(st.sampled_from((ALIVE, ALIVE, ALIVE, 0, 7)), max_size=40), st.integers(1, 9))
def test_what_ended(deaths: list[int], many: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "_MANY", many)
        found = list(ended(array("H", deaths)))
    assert found == [place for place, death in enumerate(deaths) if death != ALIVE]
