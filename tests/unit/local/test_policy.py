import pytest

from flowc.local.policy import Policy, has_open_values, policy_of
from flowc.runtime_shim.contract import EXIT_NO_RETRY, PlanStep

STEP = PlanStep(kind="linear", inputs=False, next=["end"], scope=None, loops=[], order=0, dom=None, meet=None)


@pytest.mark.parametrize(
    ("policy", "attempt", "status", "wait"),
    [
        (Policy(), 0, 1, None),
        (Policy(retries=2, retry_seconds=60), 0, 1, 60),
        (Policy(retries=2, retry_seconds=60), 1, -9, 60),
        (Policy(retries=2, retry_seconds=60), 2, 1, None),
        (Policy(retries=2, retry_seconds=60), 0, EXIT_NO_RETRY, None),
        (Policy(catches=True), 0, -9, 0),
        (Policy(catches=True), 1, 1, None),
        (Policy(retries=1, retry_seconds=60, catches=True), 1, -9, 0),
        (Policy(catches=True), 0, EXIT_NO_RETRY, None),
    ],
)
def test_what_follows_an_attempt(policy: Policy, attempt: int, status: int, wait: float | None) -> None:
    assert policy.wait_before(attempt, status) == wait


def test_values_the_plan_leaves_open_come_from_the_imported_flow() -> None:
    open_step = PlanStep(**STEP, retries=None, retry_seconds=30.0, timeout=None, catch={"var": "oops", "print_exception": True})
    assert has_open_values({"a": open_step})
    assert not has_open_values({"a": STEP})
    policy = policy_of(open_step, {"retries": 4, "timeout": 9.0})
    assert policy == Policy(retries=4, retry_seconds=30.0, timeout=9.0, catches=True, catch="oops")
    assert policy_of(STEP, {}) == Policy()
