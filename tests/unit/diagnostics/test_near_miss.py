"""Near misses: what was probably meant, and silence where nothing is close."""

import pytest

from flowc.diagnostics.near_miss import did_you_mean, listed, near_miss


@pytest.mark.parametrize(
    ("written", "known", "meant"),
    [
        ("tarin", ["start", "train", "end"], "train"),
        ("Train", ["train"], "train"),
        ("train-model", ["train_model"], "train_model"),
        ("minuts", ["seconds", "minutes", "hours"], "minutes"),
        ("train", ["train"], None),
        ("score", ["train", "end"], None),
        ("x", [], None),
    ],
)
def test_near_miss(written: str, known: list[str], meant: str | None) -> None:
    assert near_miss(written, known) == meant
    assert did_you_mean(written, known) == (f'did you mean "{meant}"?' if meant else None)


def test_lists_read_as_a_sentence() -> None:
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed("abc")] == ["", "a", "a and b", "a, b and c"]
    assert listed("abcdef", most=3) == "a, b, c and 3 more"
