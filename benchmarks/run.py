"""Run every benchmark and say which gates were missed: python benchmarks/run.py [NAME…]."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = ("start_up", "compile_speed", "local_run", "task", "artifacts")


def main() -> int:
    chosen = sys.argv[1:] or SCRIPTS
    missed = [name for name in chosen if subprocess.run([sys.executable, str(HERE / f"{name}.py")]).returncode]
    print(
        f"\n{len(chosen) - len(missed)} of {len(chosen)} benchmarks within their gates"
        + (f"; missed: {', '.join(missed)}" if missed else "")
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
