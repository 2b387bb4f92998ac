"""The database is stopped in the middle of drains; what was acknowledged is counted."""

import tempfile
import time
from pathlib import Path

import pytest

from tests.proof.postgres import make_server, programs
from tests.proof.world import World

pytestmark = [
    pytest.mark.proof,
    pytest.mark.timeout(600),
    pytest.mark.skipif(programs() is None, reason="Debian's postgresql is not installed."),
]
RESTARTS = 8


def test_database_restarts_in_the_middle_of_drains():
    with (
        tempfile.TemporaryDirectory() as name,
        make_server(Path(name) / "postgres") as server,
    ):
        (Path(name) / "world").mkdir()
        world = World(Path(name) / "world", server.url)
        try:
            world.start_redis()
            world.run("prepare")
            accepting = [world.accept(4000, pause_ms=2), world.accept(4000, pause_ms=2)]
            drains = [world.act("drain_in_children", 40) for _ in range(3)]
            for acts in accepting:
                assert acts.next_line(200, timeout=60)
            for _ in range(RESTARTS):
                server.restart()
                time.sleep(0.7)
            for acts in accepting:
                acts.wait()
            said = [line[0] for acts in drains for line in acts.lines]
            for acts in drains:
                acts.kill()

            assert "failed" in said, "No drain met the restart."
            assert said.count("done") > RESTARTS
            world.check()
        finally:
            world.close()
