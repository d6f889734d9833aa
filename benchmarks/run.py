"""Run every benchmark and say which gates were missed: python benchmarks/run.py [--strict] [NAME…].

A missed gate fails the command with --strict only, for a busy machine may miss one; a script that breaks always does.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from measure import MISSED

HERE = Path(__file__).parent
SCRIPTS = (
    "start_up",
    "check_speed",
    "compile_speed",
    "local_run",
    "task",
    "artifacts",
    "s3_store",
    "airflow_file",
    "container",
    "argo_file",
)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--strict", action="store_true")
    options.add_argument("names", nargs="*", default=SCRIPTS)
    given = options.parse_args()
    ended = {name: subprocess.run([sys.executable, str(HERE / f"{name}.py")]).returncode for name in given.names}
    missed = [name for name, code in ended.items() if code == MISSED]
    broken = [name for name, code in ended.items() if code not in (0, MISSED)]
    print(f"\n{len(ended) - len(missed) - len(broken)} of {len(ended)} benchmarks within their gates")
    for word, names in ("missed", missed), ("broken", broken):
        if names:
            print(f"{word}: {', '.join(names)}")
    return 1 if broken or (missed and given.strict) else 0


if __name__ == "__main__":
    sys.exit(main())
