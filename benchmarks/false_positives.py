"""Findings on a folder of flows, rule by rule: python benchmarks/false_positives.py FOLDER… [--codes FLC3] [--all].

Takes every Python file in which `FlowSpec` is written. A rate is findings per flow read; whether a finding is true somebody must judge, so
each is listed with its place. Nothing in the folders is imported or run.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from flowc.api import check
from flowc.diagnostics.codes import registry
from flowc.errors import FlowcError


def flow_files(folder: Path) -> Iterator[Path]:
    """Yield the files that may hold flows, in order of their names."""
    for path in sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]:
        if path.is_file() and b"FlowSpec" in path.read_bytes():
            yield path


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folders", nargs="+", type=Path)
    options.add_argument("--codes", default="FLC3", help="list findings whose code begins so")
    options.add_argument("--all", action="store_true", help="also list rules without findings")
    given = options.parse_args()
    for folder in given.folders:
        flows, files, errors = 0, 0, 0
        found: Counter[str] = Counter()
        where: Counter[str] = Counter()
        listed: list[str] = []
        for path in flow_files(folder):
            try:
                result = check(path, project_root=folder if folder.is_dir() else None)
            except FlowcError as error:
                print(f"  {path}: {error}")
                continue
            files += 1
            flows += len(result.flows)
            errors += not result.ok
            found.update(finding.code.id for finding in result.diagnostics)
            where.update({finding.code.id for finding in result.diagnostics})
            listed += [
                f"  {finding.span} {finding.severity.value}[{finding.code.id}] {finding.message}"
                for finding in result.diagnostics
                if finding.code.id.startswith(given.codes)
            ]
        print(f"{folder}: {flows} flows in {files} files, {errors} files with an error")
        for code in registry().values():
            if found[code.id] or (given.all and code.id.startswith(given.codes)):
                rate = found[code.id] / flows if flows else 0
                print(f"  {code.id} {code.slug:<24} {found[code.id]:>5} findings in {where[code.id]:>4} files, {rate:.3f} per flow")
        print(*listed, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
