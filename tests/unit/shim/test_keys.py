"""Addresses and components of keys, as `contract` spells them."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.runtime_shim.contract import component, from_component, is_address


@pytest.mark.parametrize("text", ["r", "r.0", "r~0", "r.17~2.3", "r.10", "r~0~0"])
def test_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize("text", ["", "x", "rr", "r.", "r~", "r.01", "r.-1", "r.a", "r.1.", "r..1", "r.1\n", "r.²", "r.\u0661"])
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("a", "a"),
        ("A_b.c~d:e+f=g-9", "A_b.c~d:e+f=g-9"),
        ("a b", "a%20b"),
        ("a/b", "a%2Fb"),
        ("%", "%25"),
        ("é", "%C3%A9"),
        ("a\n", "a%0A"),
    ],
)
def test_components(text: str, encoded: str) -> None:
    assert component(text) == encoded
    assert from_component(encoded) == text


@pytest.mark.parametrize("text", ["", ".", ".."])
def test_what_is_no_component(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be part of a key"):
        component(text)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: text not in (".", "..")))
def test_a_component_is_what_quoting_for_urls_makes(text: str) -> None:
    assert component(text) == quote(text, safe="_.~:+=-")
    assert from_component(component(text)) == text


@pytest.mark.parametrize("text", ["100%", "%zz", "%2", "%ff", "a%"])
def test_what_is_no_encoded_component_stays(text: str) -> None:
    assert from_component(text) == text
