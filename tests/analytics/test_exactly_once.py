import random
import tempfile
from pathlib import Path

from tests.proof.world import kill_children, make_world


def test_drains_killed_in_the_middle_count_each_view_once():
    with tempfile.TemporaryDirectory() as directory, make_world(Path(directory)) as world:
        world.accept(1500).wait()
        drain = world.act("drain_in_children", 50)

        between = kill_children(drain, 6, dice=random.Random(1))
        drain.kill()

        assert between >= 2
        world.check()
