"""The web server: Granian, whose parent loads the program once, so that its workers share it.

Workers are forked: they share the memory of what was loaded before, and one that died is
replaced in a moment. Where processes are not forked (macOS) each loads the program itself.
"""

import multiprocessing
import sys

from granian.cli import entrypoint


def main() -> None:
    """Serve as Granian's own command line would."""
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork")
        import cms.wsgi  # noqa: F401  before the fork
    entrypoint()


if __name__ == "__main__":
    main()
