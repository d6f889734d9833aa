"""Chunks of addresses: what is one, and what it names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.runtime_shim.chunks import is_chunk, is_token, members
from flowc.runtime_shim.environment import EnvironmentRefused, attempt_from_environment

BASES = st.sampled_from(["r", "r.0", "r.12~3", "r~0.7"])
PIECES = st.tuples(BASES, st.integers(0, 30), st.integers(1, 4))


@given(st.lists(PIECES, min_size=1, max_size=5))
def test_a_token_names_its_members_in_order(pieces: list[tuple[str, int, int]]) -> None:
    parts = [f"{base}.{first}:{first + size}" for base, first, size in pieces] + ["r.4"]
    token = " ".join(parts)
    assert is_token(token)
    assert is_chunk(token)
    assert list(members(token)) == [f"{base}.{first + more}" for base, first, size in pieces for more in range(size)] + ["r.4"]


def test_one_address_is_a_token_and_no_chunk() -> None:
    assert is_token("r.1~0")
    assert not is_chunk("r.1~0")
    assert list(members("r.1~0")) == ["r.1~0"]


@pytest.mark.parametrize(
    "token", ["", " ", "r.1:1", "r.3:2", "r:3", "r~1:3", "r.1:", "r.01:3", "r.1:03", "r.1  r.2", "r.1 ", "x", "r.1:2:3", "r.1\tr.2"]
)
def test_what_is_no_token(token: str) -> None:
    assert not is_token(token)
    with pytest.raises(EnvironmentRefused, match="FLOWC_AT"):
        attempt_from_environment({"FLOWC_AT": token})
