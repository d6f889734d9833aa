import pytest

from flowc.errors import UsageError
from flowc.local.run_ids import checked_run_id, fresh_run_id
from flowc.runtime_shim.contract import component


def test_fresh_ids_are_unique_and_stand_in_keys_as_they_are() -> None:
    made = {fresh_run_id() for _ in range(50)}
    assert len(made) == 50
    assert all(component(run) == run and len(run) == len("20261124T153855-ab12cd") for run in made)


@pytest.mark.parametrize("text", ["", ".", "..", "a/b", "a\nb", "a\0"])
def test_what_cannot_name_a_run(text: str) -> None:
    with pytest.raises(UsageError):
        checked_run_id(text)


@pytest.mark.parametrize("text", ["nightly", "scheduled__2026-11-24T01:00:00+00:00", "é x"])
def test_what_can(text: str) -> None:
    assert checked_run_id(text) == text
