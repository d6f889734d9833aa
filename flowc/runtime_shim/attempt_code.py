"""Which code an attempt runs: the first step what the environment names, later steps what their parents' records name.

A plan is needed to find the parents, and the parents say which code is right; so the plan is looked at first and nothing is
imported before both agree.
"""

import json
import os
from collections.abc import Iterable, Mapping

from flowc.runtime_shim.addresses import Refused
from flowc.runtime_shim.contract import Attempt, Plan, package_key
from flowc.runtime_shim.folders import remove_folder, scratch_folder
from flowc.runtime_shim.loading import LoadedFlow, check_plan, load_flow, read_plan
from flowc.runtime_shim.task_records import RunRecords
from flowc.runtime_shim.typed import Any, NamedTuple


class Code(NamedTuple):
    """Code at hand, not imported yet unless `loaded`. `fetched`: the folder was unpacked for this attempt."""

    plan: Plan
    digest: str | None
    folder: str
    loaded: LoadedFlow | None = None
    fetched: bool = False


def find_code(attempt: Attempt, flow: LoadedFlow | None, records: RunRecords, scratch: "Scratch") -> Code:
    """Return the code that the engine pointed at. Raises PlanRefused, StoreError, and Refused where nothing names any."""
    if flow is not None:
        return Code(flow.plan, attempt.code, flow.code_dir, loaded=flow)
    if attempt.code_dir is not None and attempt.engine != "local":
        return Code(read_plan(attempt.code_dir), attempt.code, attempt.code_dir)
    digest = attempt.code or records.run_record().get("code")
    if not isinstance(digest, str):
        raise Refused(f"nothing says which code run {attempt.run!r} uses: neither FLOWC_CODE nor the run's own record")
    if attempt.code_dir is not None:
        return Code(_packed_plan(records, digest), attempt.code, attempt.code_dir)
    return _fetched(records, digest, scratch)


def agree(code: Code, attempt: Attempt, parents: Iterable[Mapping[str, Any]], records: RunRecords, scratch: "Scratch") -> Code:
    """Return the code that the parents' records name; raises Refused where that is another than what is baked into the image."""
    named = {record["code"] for record in parents if isinstance(record.get("code"), str)}
    if len(named) > 1:
        raise Refused(f"the parents of {attempt.step!r} at {attempt.at!r} ran different code: {', '.join(sorted(named))}")
    digest = next(iter(named), code.digest)
    if code.digest is None or digest == code.digest:
        return Code(code.plan, digest, code.folder, code.loaded, code.fetched)
    if not code.fetched:
        raise Refused(f"run {attempt.run!r} uses the code {digest}, and this image holds {code.digest}, which cannot go on with it")
    assert digest is not None, "it differs from a digest, and was named"
    return _fetched(records, digest, scratch)


def import_code(code: Code) -> LoadedFlow:
    """Import the flow and return it, the working directory being that of code unpacked here."""
    if code.loaded is not None:
        return code.loaded
    if code.fetched:
        os.chdir(code.folder)
    return load_flow(code.folder, code.plan)


def _fetched(records: RunRecords, digest: str, scratch: "Scratch") -> Code:
    from flowc.runtime_shim.code import PackageError, fetch_code

    try:
        into = scratch.folder()
    except OSError as error:
        raise PackageError(f"there is no folder to unpack the code package into: {error}: set TMPDIR to one that can be written") from error
    folder = fetch_code(records.store, records.flow, digest, into)
    return Code(read_plan(folder), digest, folder, fetched=True)


def _packed_plan(records: RunRecords, digest: str) -> Plan:
    from flowc.runtime_shim.code import PLAN_FILE, PackageError
    from flowc.runtime_shim.tar import TarError, read_tar

    key = package_key(records.flow, digest)
    data = records.store.get(key)
    if data is None:
        raise PackageError(f"the code package {key} is missing in {records.store.url}")
    try:
        found = next((bytes(member.data) for member in read_tar(data) if member.path == PLAN_FILE), b"null")
    except TarError as error:
        raise PackageError(f"the code package {key} is no tar file of flowc ({error}): run `flowc deploy` again") from error
    return check_plan(json.loads(found))


class Scratch:
    """A folder for code unpacked by this attempt, made when it is asked for. A context: the folder is removed in the end."""

    def __init__(self) -> None:
        self._folder: str | None = None

    def folder(self) -> str:
        """Return the folder."""
        if self._folder is None:
            self._folder = scratch_folder("flowc-")
        return self._folder

    def __enter__(self) -> "Scratch":
        return self

    def __exit__(self, *_: Any) -> None:
        if self._folder is not None:
            remove_folder(self._folder)
