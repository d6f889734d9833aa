"""What the secrets gate finds in folders that hold no secrets: each finding is a false alarm, by code and per thousand files.

    python benchmarks/secrets_gate.py examples tests/golden path/to/site-packages/metaflow/tutorials

Every Python file is judged as source that ships; flow files are judged for every target too, with their values and all that is emitted.
"""

import sys
from collections import Counter
from pathlib import Path

from flowc.api import compile_flows
from flowc.diagnostics import Report
from flowc.errors import FlowcError
from flowc.ir.graph import FlowGraph
from flowc.secrets_scan import report_secrets
from flowc.settings import TARGETS, Settings
from flowc.source import SourceFile, start_of

SETTINGS = {
    "root": "s3://bucket/prefix",
    "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/flows@sha256:3f9a0c7be15d4826f07b9c3d5e8a16423f9a0c7be15d4826f07b9c3d5e8a1642",
    "stepfunctions.job_queue": "arn:aws:batch:eu-west-1:123456789012:job-queue/flows",
    "stepfunctions.execution_role": "arn:aws:iam::123456789012:role/flows-execution",
    "argo.event_url": "http://events.flows:12000/flowc",
}


def main(folders: list[str]) -> int:
    """Print what was found; returns 0."""
    sources = flows = 0
    found: Counter[str] = Counter()
    for path in sorted(path for folder in folders for path in Path(folder).rglob("*.py") if path.is_file()):
        try:
            data = path.read_bytes()
            text = data.decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        sources += 1
        reports = _as_source(path, data, text)
        if "FlowSpec" in text:
            flows += 1
            reports |= _as_flow(path)
        for code, place, message in sorted(reports):
            found[code] += 1
            print(f"{place}: {code} {message}")
    print(f"{sources} files, {flows} flow files, {sum(found.values())} findings: {dict(sorted(found.items()))}")
    if sources:
        print(f"{1000 * sum(found.values()) / sources:.2f} findings per thousand files")
    return 0


def _as_source(path: Path, data: bytes, text: str) -> set[tuple[str, str, str]]:
    source = SourceFile(str(path), str(path), data, text)
    graph = FlowGraph(name="Any", file=str(path), project_path=str(path), steps=(), span=start_of(str(path)))
    report = Report()
    sources = {source.name: source}
    report_secrets(graph, Settings(), ("airflow",), outputs=(), files=[(str(path), data)], sources=sources, asked={}, report=report)
    return {(found.code.id, f"{found.span.file}:{found.span.line}", found.message) for found in report.diagnostics}


def _as_flow(path: Path) -> set[tuple[str, str, str]]:
    found = set()
    for target in TARGETS:
        try:
            result = compile_flows([path], [target], overrides=SETTINGS)
        except FlowcError:
            continue
        found |= {(f.code.id, f"{f.span.file}:{f.span.line}", f.message) for f in result.diagnostics if f.code.id.startswith("FLC49")}
    return found


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or ["examples", "tests/golden"]))
