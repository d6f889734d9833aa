"""How a command names what stands in a store: a pathspec whose flow is a name, or the flow's file."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flowc.cli.flow_argument import parse_flow_argument
from flowc.errors import FlowcError, UsageError

_FILE = re.compile(r"(?P<flow>.+?\.py(?::[^/:]+)?)(?:/(?P<rest>.*))?\Z", re.DOTALL)


def named_in_store(text: str, root: str | None, env: str | None) -> tuple[str, list[str]]:
    """Return the store's root, and the components of the pathspec `text`, the flow's deployed name first; all spelt as in pathspecs.

    `text` begins with a deployed name, or with a file, `train.py` or `train.py:TrainFlow`; then its project says which store.
    Raises UsageError for a file whose flow cannot be told.
    """
    from flowc.client.root import default_root
    from flowc.runtime_shim.contract import component

    found = _FILE.match(text)
    if found is None:
        return root if root is not None else default_root(env=env), text.strip("/").split("/")
    name, project_root = flow_in_file(found["flow"], env)
    rest = (found["rest"] or "").strip("/")
    chosen = root if root is not None else default_root(project_root, env=env)
    return chosen, [component(name), *(rest.split("/") if rest else [])]


def flow_in_file(text: str, env: str | None) -> tuple[str, Path]:
    """Return (deployed name, project root) of the flow that `train.py` or `train.py:TrainFlow` holds.

    Raises UsageError where there is no such file, or not one such flow.
    """
    from flowc.diagnostics.model import Report
    from flowc.frontend import read_flows
    from flowc.settings import load_settings

    argument = parse_flow_argument(text)
    if not os.path.isfile(argument.path):
        raise UsageError(f"there is no file {argument.path}", help="name a file, or a flow by its name, as in TrainFlow/RUN")
    reading = read_flows(argument.path, Report())
    flows = [flow for flow in reading.flows if argument.name in (None, flow.name)]
    if len(flows) != 1:
        names = ", ".join(flow.name for flow in reading.flows)
        what = f"holds several flows: {names}" if len(flows) > 1 else f"has no flow {argument.name or ''}".rstrip()
        raise UsageError(f"{argument.path} {what}", help=f"name one, as in {argument.path}:{flows[0].name}" if flows else None)
    flow = replace(flows[0], environment=load_settings(reading.project_root, env).environment)
    return flow.deployed_name, reading.project_root


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn what a store says into an error of the command."""
    from flowc.runtime_shim.stores import StoreError

    try:
        yield
    except StoreError as error:
        raise FlowcError(str(error)) from error
