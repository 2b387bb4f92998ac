"""Runs every benchmark of this folder, each in a process and a world of its own."""

import subprocess
import sys
from pathlib import Path

if __name__ == "__main__":
    failed = 0
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n== {path.stem.removeprefix('bench_')}", flush=True)  # noqa: T201
        failed |= subprocess.run(
            [sys.executable, "-m", f"tests.bench.{path.stem}"], check=False
        ).returncode
    sys.exit(failed)
