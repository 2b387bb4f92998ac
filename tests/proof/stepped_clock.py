"""A clock on the wall that can be put forward and back, for the processes of one host."""

import os
import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


class SteppedClock:
    """`environment` is for the processes; they see a step at once. Needs a C compiler."""

    def __init__(self, directory: Path) -> None:
        self.file = directory / "clock"
        self.step(0)
        library = directory / "stepped_clock.so"
        compiler = shutil.which("cc")
        assert compiler
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"],
            check=True,
        )
        self.environment = {"LD_PRELOAD": str(library), "STEPPED_CLOCK": str(self.file)}

    def step(self, seconds: float) -> None:
        """Put the clock so far off the true time."""
        descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT, 0o644)
        os.pwrite(descriptor, struct.pack("d", seconds), 0)
        os.close(descriptor)


def can_be_made() -> bool:
    return shutil.which("cc") is not None
