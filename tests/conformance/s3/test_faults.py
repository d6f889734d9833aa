"""Every fault of the proxy at every request of an attempt: the right result, or a clean failure after which the next attempt has it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fault_proxy import BUSY, CONFLICT, DENIED, EXPIRED, TAKEN, Corrupt, Cut, Delay, Drop, Fault, Request
from support.s3_flows import BODY, BROKEN, ORDER, SOME
from support.s3_sites import S3Site
from support.s3_tasks import CLIENTS, Client, S3Tasks, requests_of
from support.shim_tasks import Ended

pytestmark = [pytest.mark.s3, pytest.mark.slow]

PASSING = (Drop("before"), Drop("during"), Drop("after"), BUSY)
"""What a second try of the same request mends."""
LASTING = {DENIED: "permission is denied", EXPIRED: "credentials have expired"}
"""What a person has to mend, and what the task says of it."""
DAMAGE = (Cut(10, honest=True), Corrupt(0), Corrupt(-1))
"""Bytes that are not those that were stored; a connection that breaks in the middle of them is tried again."""
PLACES = [(place, client) for place in BROKEN for client in CLIENTS if os.environ.get("FLOWC_ALL_FAULTS") or (place, client) in SOME]
"""Tasks to break, each by a client: all of them in `make conformance-s3-all`."""
CODES = {1, 75, 78}
"""Of a clean failure; 70 is a bug of flowc."""


def faults_for(kind: str, key: str) -> Iterator[Fault]:
    """Yield the faults that a request of this kind can meet."""
    yield Delay(0.2)
    yield from (fault for fault in PASSING if fault != Drop("during") or kind == "PUT")
    yield from LASTING
    if kind == "PUT":
        yield CONFLICT
        if key.endswith("/commit") or "/obj/" in key:
            yield TAKEN
    if kind == "GET":
        yield Cut(10)
        yield from DAMAGE


def is_clean(ended: Ended) -> bool:
    """Whether a failure says in one line what to do, with no frame of flowc's own around it, and is no bug."""
    said = re.findall(r"^flowc(\.runtime_shim\.[a-z_.]+\.[A-Z]\w+)?: ", ended.out, re.MULTILINE)
    return ended.code in CODES and bool(said) and "flowc/runtime_shim" not in ended.out and "this is a bug" not in ended.out


def mends_itself(fault: Fault) -> bool:
    """Whether the same attempt must come to its end."""
    return fault in (*PASSING, CONFLICT, TAKEN) or isinstance(fault, Delay) or (isinstance(fault, Cut) and not fault.honest)


@pytest.mark.parametrize(("place", "client"), PLACES, ids=str)
def test_one_fault_at_every_request(site: S3Site, tmp_path: Path, client: Client, place: tuple[str, str]) -> None:
    tasks = S3Tasks(site, tmp_path, BODY, client)
    for step, at in ORDER[: ORDER.index(place)]:
        assert tasks.run(step, at).code == 0
    step, at = place
    before = tasks.snapshot()
    requests = requests_of(site, lambda: tasks.run(step, at))
    expected = tasks.outcome(step, at)
    wrong = []
    for number, (kind, key) in enumerate(requests):
        for fault in faults_for(kind, key):
            tasks.restart(before)
            ended = run_with(tasks, place, {number: fault})
            what = f"{fault} at {kind} {key}"
            if ended.code != 0:
                if mends_itself(fault):
                    wrong.append(f"{what}: not tried again\n{ended.out}")
                elif not is_clean(ended):
                    wrong.append(f"{what}: ended with {ended.code}\n{ended.out}")
                elif fault in LASTING and LASTING[fault] not in ended.out:  # type: ignore[index]  # it is one of them
                    wrong.append(f"{what}: does not say so\n{ended.out}")
                elif fault in DAMAGE and key.partition("/")[2].split("/")[-1] not in ended.out:
                    wrong.append(f"{what}: does not name what is damaged\n{ended.out}")
                again = tasks.run(step, at, 1)
                if again.code != 0:
                    wrong.append(f"{what}: the next attempt ended with {again.code}\n{again.out}")
            if tasks.outcome(step, at) != expected:
                wrong.append(f"{what}: left something else\n{tasks.outcome(step, at)}\n{expected}")
    assert not wrong, f"{len(wrong)} of {len(requests)} requests\n" + "\n".join(wrong)


@pytest.mark.parametrize("fault", [BUSY, Drop("before"), Drop("after"), DENIED, EXPIRED], ids=str)
@pytest.mark.parametrize("first", [0, 4], ids=["at the start", "in the middle"])
def test_a_store_that_stays_away(site: S3Site, tmp_path: Path, fault: Fault, first: int) -> None:
    """From one request on nothing works: one clear error, nothing lost, and a retry of the task succeeds once the store is back."""
    tasks = S3Tasks(site, tmp_path, BODY, "obstore")
    assert tasks.run("start").code == 0
    site.proxy.forget()
    site.proxy.pick = lambda request: fault if request.number >= first else None
    ended = tasks.run("work", "r~0", patience=1)
    site.proxy.forget()
    assert is_clean(ended), ended.out
    assert (ended.code == 75) == (fault not in LASTING), ended.out
    assert len(ended.out.splitlines()) <= 6, ended.out
    if tasks.record("work", "r~0") is not None:
        assert fault == Drop("after"), "what is stored was stored, whatever became of the reply"
    assert tasks.run("work", "r~0", 1).code == 0
    assert tasks.outcome("work", "r~0") is not None


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"FLOWC_ROOT": "s3://not-there/x"}, "there is no such bucket"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "the endpoint cannot be reached"),
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "the secret key is wrong"),
        ({"AWS_ACCESS_KEY_ID": "nobody"}, "the access key is unknown"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "there are no credentials"),
    ],
    ids=["no bucket", "no server", "wrong secret", "wrong key", "no credentials"],
)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_root_that_cannot_be_used(site: S3Site, tmp_path: Path, variables: dict[str, str], said: str, client: Client) -> None:
    if not site.server.checks_signatures and ("AWS_SECRET_ACCESS_KEY" in variables or "AWS_ACCESS_KEY_ID" in variables):
        pytest.skip("moto lets everybody in")
    if client == "obstore" and said == "there are no credentials":
        pytest.skip("it would look for them in the network")
    tasks = S3Tasks(site, tmp_path, BODY, client)
    ended = tasks.run("start", patience=1, variables=variables)
    assert is_clean(ended), ended.out
    assert said in ended.out
    assert tasks.run("start", "r", 1).code == 0


def run_with(tasks: S3Tasks, place: tuple[str, str], faults: dict[int, Fault]) -> Ended:
    """Run an attempt whose requests of these numbers meet these faults."""

    def pick(request: Request) -> Fault | None:
        return faults.get(request.number)

    tasks.site.proxy.forget()
    tasks.site.proxy.pick = pick
    ended = tasks.run(*place)
    tasks.site.proxy.forget()
    return ended
