"""An attempt as environment variables, both ways. The names are in `contract.py`."""

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping

from flowc.runtime_shim import contract
from flowc.runtime_shim.contract import Attempt
from flowc.runtime_shim.typed import Any


class EnvironmentRefused(Exception):  # noqa: N818  # reads as what happened
    """The environment does not describe an attempt; the message names the variable."""


def attempt_from_environment(environ: Mapping[str, str]) -> Attempt:
    """Return the attempt that `environ` describes. Raises EnvironmentRefused for a variable that is missing or malformed."""
    parameters, text = _parameters(environ)
    at = environ.get(contract.AT, contract.TOP)
    if not (contract.is_address(at) or _is_chunk(at)):
        raise EnvironmentRefused(f"{contract.AT}={at!r} is no address such as r.17~2.3, nor a chunk such as r.3:6 r.9")
    retries = environ.get(contract.USER_RETRIES)
    gang = environ.get(contract.GANG)
    names = (
        ("run_uid", contract.RUN_UID),
        ("pod_uid", contract.POD_UID),
        ("task_id", contract.BATCH_JOB_ID),
        ("task_id", contract.TASK_ID),
        ("container", contract.CONTAINER),
    )
    return Attempt(
        engine=environ.get(contract.ENGINE, "local"),
        flow=_required(environ, contract.FLOW),
        root=_required(environ, contract.ROOT),
        run=_required(environ, contract.RUN),
        step=_required(environ, contract.STEP),
        at=at,
        attempt=_number(environ, contract.ATTEMPT, "0"),
        user_retries=None if not retries else _number(environ, contract.USER_RETRIES, "0"),
        caught=environ.get(contract.CAUGHT) == "1",
        code=environ.get(contract.CODE) or None,
        code_dir=environ.get(contract.CODE_DIR) or None,
        parameters=parameters,
        parameters_are_text=text,
        catch=environ.get(contract.CATCH) or None,
        catches=contract.CATCH in environ,
        timeout=_seconds(environ),
        control=environ.get(contract.CONTROL) or None,
        tags=_tags(environ),
        trigger=environ.get(contract.TRIGGER) or None,
        announce=environ.get(contract.ANNOUNCE) or None,
        run_uid=environ.get(contract.RUN_UID) or None,
        ids={name: environ[variable] for name, variable in names if environ.get(variable)},
        gang=_gang(gang) if gang else None,
        gang_nonce=environ.get(contract.GANG_NONCE) or None,
        hand_off=environ.get(contract.HAND_OFF) or None,
        turns=_number(environ, contract.TURNS, "0") or None,
        prefix=environ.get(contract.PREFIX) == "1",
    )


def attempt_to_environment(attempt: Attempt) -> dict[str, str]:
    """Return the variables that describe `attempt`; what is absent is left out."""
    found: dict[str, Any] = {
        contract.ENGINE: attempt.engine,
        contract.FLOW: attempt.flow,
        contract.ROOT: attempt.root,
        contract.RUN: attempt.run,
        contract.STEP: attempt.step,
        contract.AT: attempt.at,
        contract.ATTEMPT: str(attempt.attempt),
        contract.USER_RETRIES: None if attempt.user_retries is None else str(attempt.user_retries),
        contract.CAUGHT: "1" if attempt.caught else None,
        contract.CODE: attempt.code,
        contract.CODE_DIR: attempt.code_dir,
        contract.CATCH: (attempt.catch or "") if attempt.catches or attempt.catch else None,
        contract.TIMEOUT: None if attempt.timeout is None else repr(float(attempt.timeout)),
        contract.CONTROL: attempt.control,
        contract.TAGS: json.dumps(attempt.tags) if attempt.tags else None,
        contract.TRIGGER: attempt.trigger,
        contract.ANNOUNCE: attempt.announce,
        contract.RUN_UID: attempt.run_uid,
        contract.POD_UID: attempt.ids.get("pod_uid"),
        contract.TASK_ID: attempt.ids.get("task_id"),
        contract.GANG: None if attempt.gang is None else f"{attempt.gang[0]}/{attempt.gang[1]}",
        contract.GANG_NONCE: attempt.gang_nonce,
        contract.HAND_OFF: attempt.hand_off,
        contract.TURNS: None if attempt.turns is None else str(attempt.turns),
        contract.CONTAINER: attempt.ids.get("container"),
        contract.PREFIX: "1" if attempt.prefix else None,
    }
    if attempt.parameters is not None:
        text = json.dumps(attempt.parameters)
        if attempt.parameters_are_text:
            found[contract.PARAMS_B64] = b2a_base64(text.encode(), newline=False).decode()
        else:
            found[contract.PARAMS] = text
    return {name: value for name, value in found.items() if value is not None}


def other_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` without what describes a task: whoever starts a process for another task must not hand it on.

    The signing key describes none.
    """
    names = {value for value in vars(contract).values() if isinstance(value, str) and value.startswith("FLOWC_")}
    names -= {contract.SIGNING_KEY, contract.SIGNING_KEY_FILE}
    return {name: value for name, value in environ.items() if name not in names}


def _is_chunk(text: str) -> bool:
    from flowc.runtime_shim.chunks import is_token

    return is_token(text)


def _parameters(environ: Mapping[str, str]) -> tuple[dict[str, Any] | None, bool]:
    encoded = environ.get(contract.PARAMS_B64)
    variable = contract.PARAMS_B64 if encoded else contract.PARAMS
    text = environ.get(contract.PARAMS)
    try:
        if encoded:
            text = a2b_base64(encoded, strict_mode=True).decode()
        found = json.loads(text) if text else None
    except ValueError as error:
        raise EnvironmentRefused(f"{variable} is not a JSON object: {error}") from error
    if found is not None and not isinstance(found, dict):
        raise EnvironmentRefused(f"{variable} is not a JSON object: {text!r}")
    return found, bool(encoded)


def _seconds(environ: Mapping[str, str]) -> float | None:
    text = environ.get(contract.TIMEOUT)
    try:
        return float(text) if text else None
    except ValueError:
        raise EnvironmentRefused(f"{contract.TIMEOUT}={text!r} is not a number of seconds") from None


def _tags(environ: Mapping[str, str]) -> tuple[str, ...]:
    try:
        return tuple(map(str, json.loads(environ.get(contract.TAGS) or "[]")))
    except (TypeError, ValueError):
        raise EnvironmentRefused(f"{contract.TAGS} is not a JSON list of texts") from None


def _gang(text: str) -> tuple[int, int]:
    index, slash, size = text.partition("/")
    if not (slash and index.isdigit() and size.isdigit()):
        raise EnvironmentRefused(f"{contract.GANG}={text!r} is not INDEX/SIZE")
    return int(index), int(size)


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name)
    if not value:
        raise EnvironmentRefused(f"{name} is not set; docs/runtime.md lists what a task needs")
    return value


def _number(environ: Mapping[str, str], name: str, default: str) -> int:
    text = environ.get(name, default)
    try:
        return int(text)
    except ValueError:
        raise EnvironmentRefused(f"{name}={text!r} is not a whole number") from None
