"""Values to segments and back."""

import enum
import gc
import math
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.runtime_shim.codecs import BUFFER_FROM, RAW_FROM, ArtifactError, Encoded, decode, encode, encode_bytes
from flowc.runtime_shim.stores import open_store
from flowc.runtime_shim.values import load_value, save_value

ATOMS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters()) | st.binary()
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner) | st.frozensets(ATOMS),
    max_leaves=20,
)
Point = namedtuple("Point", "x y")


class Colour(enum.Enum):
    RED = 1


@dataclass
class Held:
    name: str
    loss: Any


def there_and_back(value: object) -> Any:
    encoded = encode(value)
    return decode(encoded.codec, [memoryview(bytearray(segment)) for segment in encoded.segments])


@given(VALUES)
def test_plain_values(value: object) -> None:
    assert there_and_back(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "x" * RAW_FROM,
        "ü" * RAW_FROM,
        "\ud800" + "x" * RAW_FROM,
        "x" * (RAW_FROM - 1),
        b"x" * RAW_FROM,
        bytearray(b"x") * RAW_FROM,
        b"",
        bytearray(),
        Point(1, 2),
        Colour.RED,
        {1, 2, frozenset({3})},
    ],
    ids=lambda value: f"{type(value).__name__}-{len(repr(value))}",
)
def test_types_are_kept(value: object) -> None:
    found = there_and_back(value)
    assert found == value
    assert type(found) is type(value)


def test_large_text_and_bytes_are_told_apart_by_their_segments() -> None:
    encoded = [encode(value) for value in ("x" * RAW_FROM, b"x" * RAW_FROM, bytearray(b"x" * RAW_FROM))]
    assert [found.codec for found in encoded] == ["bytes"] * 3
    assert [found.type for found in encoded] == ["str", "bytes", "bytearray"]
    assert len({bytes(found.segments[0]) for found in encoded}) == 3
    assert encode_bytes(b"small") == Encoded("bytes", "bytes", [b"bytes", b"small"])


class Text(str):
    """A subclass of str must stay one."""


def test_subclasses_of_text_are_pickled() -> None:
    found = there_and_back(Text("x" * RAW_FROM))
    assert type(found) is Text


@pytest.mark.parametrize(
    "array",
    [
        np.arange(10_000.0),
        np.arange(10_000, dtype="i4").reshape(100, 100),
        np.asfortranarray(np.arange(10_000.0).reshape(100, 100)),
        np.arange(40_000.0).reshape(200, 200)[::2, ::3],
        np.arange(10.0),
        np.array([]),
        np.array(["a", "bc"] * 5_000),
        np.array([{"a": 1}, None] * 5_000, dtype=object),
        np.ma.masked_array(np.arange(10_000.0), np.arange(10_000) % 2),
        np.arange(40_000).astype("M8[s]"),
    ],
    ids=lambda array: f"{array.dtype}-{array.shape}-{'C' if array.flags.c_contiguous else 'F' if array.flags.f_contiguous else 'strided'}",
)
def test_arrays(array: Any) -> None:
    found = there_and_back(array)
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype
    assert found.flags.writeable
    assert found.flags.f_contiguous == array.flags.f_contiguous or not array.flags.f_contiguous


def test_large_buffers_are_views_of_the_value() -> None:
    array = np.arange(100_000.0)
    stream, buffer = encode(array).segments
    assert np.shares_memory(np.frombuffer(buffer, dtype="f8"), array)
    assert len(stream) < 500
    assert len(encode(np.arange(BUFFER_FROM // 8 - 1.0)).segments) == 1


def test_strided_arrays_are_copied_once_and_whole() -> None:
    segments = encode(np.arange(400_000.0)[::4]).segments
    assert sum(len(memoryview(segment)) for segment in segments) < 801_000


def test_the_number_of_buffers_is_bounded() -> None:
    arrays = [np.full(BUFFER_FROM, number % 256, "u1") for number in range(1000)]
    assert len(encode(arrays).segments) <= 258
    found = there_and_back(arrays)
    assert all((array == number % 256).all() for number, array in enumerate(found))


def test_frames() -> None:
    frame = pd.DataFrame({"a": np.arange(10_000.0), "b": np.arange(10_000), "c": ["x", "y"] * 5_000})
    found = there_and_back(frame)
    pd.testing.assert_frame_equal(found, frame)
    found.loc[0, "a"] = 5.0
    assert found.loc[0, "a"] == 5.0


def test_the_cycle_collector_is_left_as_it_was() -> None:
    there_and_back([1])
    assert gc.isenabled()
    gc.disable()
    try:
        there_and_back([1])
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_unknown_codec() -> None:
    with pytest.raises(ArtifactError, match="codec 'arrow' is unknown to this version of flowc"):
        decode("arrow", [b""])


def test_what_cannot_be_pickled_is_found(tmp_path: Any) -> None:
    store = open_store(tmp_path.as_uri())
    for value, path in [
        ({"models": [1, Held("a", lambda: 0)]}, r"at \['models'\]\[1\]\.loss"),
        ((1, 2, open), None),
        ([(x for x in [])], r"at \[0\]"),
        (lambda: 0, "the value of type function cannot be stored"),
        ({"very" * 20: open(__file__)}, r"at \['very"),  # noqa: SIM115  # an open file is the point
    ]:
        if path is None:
            assert load_value(store, "F", save_value(store, "F", value)[0]) == value
            continue
        with pytest.raises(ArtifactError, match=path):
            save_value(store, "F", value)


def test_deep_values_are_refused_in_words(tmp_path: Any) -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ArtifactError, match=r"the value of type list.*RecursionError"):
        save_value(open_store(tmp_path.as_uri()), "F", deep)
    while deep:
        deep = deep.pop()


def test_classes_of_main_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is defined in `__main__` here is another module's, or nobody's, in the next process."""
    import __main__

    kind = type("Model", (), {"__module__": "__main__"})
    monkeypatch.setattr(__main__, "Model", kind, raising=False)
    for value in (kind(), [1, {"a": kind}], [kind, kind]):
        with pytest.raises(ArtifactError, match=r"`__main__\.Model`, which no other process can find"):
            encode(value)
    for value in ("__main__", ["__main__", "Model"], {"__main__": math.pi}):
        assert there_and_back(value) == value
