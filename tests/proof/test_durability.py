"""What a killed Redis loses under each of its settings: the table of the README, measured."""

import os
import signal
import tempfile
from pathlib import Path

import pytest

from tests.proof.world import make_world

pytestmark = [pytest.mark.proof, pytest.mark.timeout(300)]
COUNTED, SAVED, NEW = 200, 100, 100

# setting -> how many of the views that nobody had counted are lost with the process
LOST = {
    "always": (("--appendonly", "yes", "--appendfsync", "always"), 0),
    "everysec": (("--appendonly", "yes", "--appendfsync", "everysec"), 0),
    "snapshots": (("--appendonly", "no"), NEW),
    "nothing": (("--appendonly", "no"), SAVED + NEW),
}


@pytest.mark.parametrize("setting", LOST)
def test_killed_redis_loses_what_the_readme_says(setting):
    options, lost = LOST[setting]
    with tempfile.TemporaryDirectory() as name, make_world(Path(name), redis=options) as world:
        world.accept(COUNTED).wait()
        world.run("drain_once")
        world.accept(SAVED).wait()
        if setting == "snapshots":
            world.redis.save()
        world.accept(NEW).wait()
        assert world.redis_process
        os.kill(world.redis_process.pid, signal.SIGKILL)
        world.redis_process.wait()
        world.start_redis()

        found = world.report()

        # Views that come now are counted as ever.
        world.accept(NEW).wait()
        after = world.report()
    assert sum(found["buckets"].values()) == COUNTED + SAVED + NEW - lost
    assert sum(after["buckets"].values()) == COUNTED + SAVED + NEW - lost + NEW
    for table in ("days", "channels", "week"):
        assert after[table] == after["buckets"]
    assert (after["poison"], after["spool"], after["drift"]) == (0, 0, 0)
