"""An attempt through the environment and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.runtime_shim.contract import Attempt
from flowc.runtime_shim.environment import EnvironmentRefused, attempt_from_environment, attempt_to_environment

text = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1)
values = st.recursive(st.none() | st.booleans() | st.integers() | text, lambda inner: st.lists(inner) | st.dictionaries(text, inner))
attempts = st.builds(
    Attempt,
    engine=st.sampled_from(["local", "airflow", "argo", "stepfunctions"]),
    flow=text,
    root=text,
    run=text,
    step=text,
    at=st.sampled_from(["r", "r~0", "r.17~2.3"]),
    attempt=st.integers(0, 9),
    user_retries=st.none() | st.integers(0, 9),
    caught=st.booleans(),
    code=st.none() | text,
    code_dir=st.none() | text,
    parameters=st.none() | st.dictionaries(text, values),
    catches=st.just(True),
    catch=st.none() | text,
    timeout=st.none() | st.floats(0.1, 1e6),
    control=st.none() | text,
    tags=st.lists(text).map(tuple),
    trigger=st.none() | text,
    run_uid=st.none() | text,
    gang=st.none() | st.tuples(st.integers(0, 9), st.integers(1, 10)),
    gang_nonce=st.none() | text,
)


@given(attempts, st.booleans(), st.dictionaries(st.sampled_from(["pod_uid", "task_id"]), text))
def test_an_attempt_survives_the_environment(attempt: Attempt, as_text: bool, ids: dict[str, str]) -> None:
    if attempt.run_uid is not None:
        ids = {**ids, "run_uid": attempt.run_uid}
    attempt = attempt._replace(ids=ids, parameters_are_text=as_text and attempt.parameters is not None)
    assert attempt_from_environment(attempt_to_environment(attempt)) == attempt


GIVEN = {"FLOWC_FLOW": "F", "FLOWC_ROOT": "file:///s", "FLOWC_RUN": "r1", "FLOWC_STEP": "a"}


def test_what_is_left_out_has_its_usual_meaning() -> None:
    attempt = attempt_from_environment(GIVEN)
    assert (attempt.at, attempt.attempt, attempt.user_retries, attempt.catches, attempt.parameters) == ("r", 0, None, False, None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"FLOWC_RUN": ""}, "FLOWC_RUN is not set"),
        ({"FLOWC_AT": "x.1"}, "FLOWC_AT='x.1' is no address"),
        ({"FLOWC_ATTEMPT": "one"}, "FLOWC_ATTEMPT='one' is not a whole number"),
        ({"FLOWC_PARAMS": "{"}, "FLOWC_PARAMS is not a JSON object"),
        ({"FLOWC_PARAMS": "[1]"}, "FLOWC_PARAMS is not a JSON object"),
        ({"FLOWC_PARAMS_B64": "*"}, "FLOWC_PARAMS_B64 is not a JSON object"),
        ({"FLOWC_GANG": "3"}, "FLOWC_GANG='3' is not INDEX/SIZE"),
        ({"FLOWC_TIMEOUT": "soon"}, "FLOWC_TIMEOUT='soon' is not a number of seconds"),
        ({"FLOWC_TAGS": "x"}, "FLOWC_TAGS is not a JSON list"),
    ],
)
def test_a_malformed_environment_names_the_variable(changes: dict[str, str], said: str) -> None:
    with pytest.raises(EnvironmentRefused, match=said.replace("[", r"\[")):
        attempt_from_environment({**GIVEN, **changes})
