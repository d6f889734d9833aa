"""`flowc diff`: how a flow differs from its compiled files, by meaning, each change with its risk."""

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowc.cli.flow_argument import parse_flow_argument
from flowc.cli.output import say
from flowc.cli.target_options import overrides, show_findings, target_options
from flowc.errors import FlowcError, UsageError

if TYPE_CHECKING:
    from flowc.api import CompiledFlow
    from flowc.backends.meaning import Change, FlowFacts

FORMATS = ("text", "json", "markdown")


@click.command()
@click.argument("flow", metavar="FLOW")
@click.option("--target", metavar="T", required=True, help="The target whose file is compared.")
@click.option(
    "-o", "--output", metavar="DIR", type=click.Path(path_type=Path), help="Where `flowc compile -o DIR` wrote; by default dags_folder."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="markdown is for a pull request.")
@target_options
def command(flow: str, target: str, output: Path | None, form: str, env: str | None, **given: Any) -> int:
    """Compare FLOW (train.py, or train.py:TrainFlow) with what was compiled or deployed; exit 1 if anything differs."""
    from flowc.api import compile_flows
    from flowc.backends.registry import load_backend

    load_backend(target)
    named = parse_flow_argument(flow)
    result = compile_flows([(named.path, named.name)], [target], env=env, overrides=overrides(**given))
    show_findings(result)
    if not result.ok:
        return 1
    changes = {compiled.name: _changes(compiled, output) for compiled in result.flows}
    say({"text": _text, "json": _json, "markdown": _markdown}[form](changes))
    return int(any(changes.values()))


def _changes(compiled: "CompiledFlow", output: Path | None) -> "tuple[Change, ...]":
    from flowc.backends.meaning import Change, Risk, compare

    try:
        reading = import_module(f"flowc.backends.{compiled.target}.meaning")
    except ModuleNotFoundError as error:
        raise UsageError(f"flowc diff does not read files of {compiled.target} so far", help="use `flowc compile --check`") from error
    folder = output / compiled.target / compiled.name if output is not None else _deployed(compiled)
    if hasattr(reading, "read_files"):
        return _changes_of_files(compiled, folder, reading.read_files)
    read_facts = reading.read_facts
    found: list[Change] = []
    for manifest in compiled.manifests:
        path = folder / manifest.path
        try:
            before = path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            found.append(Change(kind="flow-added", subject="flow", risk=Risk.LOW, after=str(path)))
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise FlowcError(f"{path} cannot be read: {error}") from error
        differences = compare(read_facts(before, str(path)), read_facts(manifest.text, manifest.path))
        found.extend(differences)
        if not differences and before != manifest.text:
            why = "it means the same: another version of flowc, or text around it"
            found.append(Change(kind="text-changed", subject="flow", risk=Risk.LOW, why=why))
    return tuple(found)


def _changes_of_files(
    compiled: "CompiledFlow", folder: Path, read_files: "Callable[[Mapping[str, str]], FlowFacts]"
) -> "tuple[Change, ...]":
    """The same where several files together are one flow: what a file more or less means is read from all of them."""
    from flowc.backends.meaning import Change, Risk, compare

    after = {manifest.path: manifest.text for manifest in compiled.manifests}
    suffixes = {Path(path).suffix for path in after}
    try:
        here = sorted(path for path in folder.iterdir() if path.suffix in suffixes) if folder.is_dir() else []
        before = {path.name: path.read_bytes().decode("utf-8") for path in here}
    except (OSError, UnicodeDecodeError) as error:
        raise FlowcError(f"the files in {folder} cannot be read: {error}") from error
    if not before:
        return (Change(kind="flow-added", subject="flow", risk=Risk.LOW, after=str(folder)),)
    found = compare(read_files(before), read_files(after))
    if not found and before != after:
        why = "it means the same: another version of flowc, or text around it"
        found = (Change(kind="text-changed", subject="flow", risk=Risk.LOW, why=why),)
    return found


def _deployed(compiled: "CompiledFlow") -> Path:
    folder = compiled.settings.targets.get(compiled.target, {}).get("dags_folder")
    if folder is None:
        raise UsageError(
            "nothing to compare with",
            help='name the folder of `flowc compile` with -o DIR, or set dags_folder = "…" under [airflow] in flowc.toml',
        )
    if "://" in folder:
        raise UsageError(
            f"{folder} is no folder of this machine", help="name one with -o DIR, or see what a deploy would change: flowc deploy --dry-run"
        )
    return Path(folder)


def _text(changes: "dict[str, tuple[Change, ...]]") -> str:
    from flowc.backends.meaning import counted

    lines = []
    for name, found in changes.items():
        lines.append(f"{name}: {counted(found)}")
        for change in found:
            lines.append(f"  {change.risk.value:<6}  {change.kind:<18}  {change.subject}{_values(change)}")
            if change.why:
                lines.append(f"{'':28}  {change.why}")
    return "".join(f"{line}\n" for line in lines)


def _values(change: "Change") -> str:
    if change.before is None and change.after is None:
        return ""
    return f": {_brief(change.before)} => {_brief(change.after)}"


def _brief(value: str | None) -> str:
    from flowc.diagnostics.display import plain

    text = plain(value) if value is not None else "none"
    return text if len(text) <= 80 else text[:77] + "..."


def _json(changes: "dict[str, tuple[Change, ...]]") -> str:
    fields = ("kind", "subject", "risk", "before", "after", "why")
    flows = [{"flow": name, "changes": [{key: getattr(each, key) for key in fields} for each in found]} for name, found in changes.items()]
    return json.dumps({"schema": 1, "flows": flows}, indent=2) + "\n"


def _markdown(changes: "dict[str, tuple[Change, ...]]") -> str:
    from flowc.backends.meaning import counted

    lines = []
    for name, found in changes.items():
        lines += [f"### `{name}`: {counted(found)}", ""]
        if found:
            lines += ["| risk | change | where | before | after | look out for |", "|---|---|---|---|---|---|"]
            lines += [_row(change) for change in found] + [""]
    return "".join(f"{line}\n" for line in lines)


def _row(change: "Change") -> str:
    values = [f"`{_cell(_brief(value))}`" if value is not None else "" for value in (change.before, change.after)]
    cells = [change.risk.value, change.kind, f"`{_cell(change.subject)}`", *values, change.why or ""]
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'")
