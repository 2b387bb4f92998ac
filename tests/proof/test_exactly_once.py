"""Minutes of breaking things; afterwards accepted is counted, for every page."""

import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.proof.world import World, kill_children, make_world

pytestmark = [pytest.mark.proof, pytest.mark.timeout(1800)]
WORKERS = 3 if os.environ.get("DATABASE_URL", "").startswith("postgres") else 2


@pytest.fixture
def world() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as directory, make_world(Path(directory)) as world:
        yield world


def test_hundred_kills_in_the_middle_of_drains(world):
    """Several workers and two beats: every worker drains every shard, all the time."""
    world.accept(8000, pause_ms=1)
    world.accept(8000, pause_ms=1)
    workers = [world.act("drain_in_children", 40) for _ in range(WORKERS)]
    kills = -(-110 // WORKERS)
    between: list[int] = []

    def kill(worker, seed):
        between.append(kill_children(worker, kills, dice=random.Random(seed)))

    threads = [
        threading.Thread(target=kill, args=(worker, seed)) for seed, worker in enumerate(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for acts in world.accepting:
        acts.wait()
    for worker in workers:
        worker.kill()

    assert len(between) == WORKERS, "a worker stopped draining"
    assert sum(between) >= 50
    world.check()


@contextmanager
def stopped(world: World) -> Iterator[None]:
    world.stop_redis()
    yield
    world.start_redis()


@contextmanager
def silent(world: World) -> Iterator[None]:
    assert world.redis_process
    world.redis_process.send_signal(signal.SIGSTOP)
    yield
    world.redis_process.send_signal(signal.SIGCONT)


@contextmanager
def out_of_memory(world: World) -> Iterator[None]:
    world.redis.config_set("maxmemory", "1")
    yield
    world.redis.config_set("maxmemory", "0")


@contextmanager
def read_only(world: World) -> Iterator[None]:
    world.redis.replicaof("127.0.0.1", 1)
    yield
    world.redis.replicaof("NO", "ONE")


@pytest.mark.parametrize("fault", [stopped, silent, out_of_memory, read_only])
def test_redis_fails_while_views_come_and_drains_run(world, fault):
    accepting = [world.accept(3000, pause_ms=4), world.accept(3000, pause_ms=4)]
    drain = world.act("drain_in_children", 200)
    for acts in accepting:
        assert acts.next_line(100, timeout=60)

    for _ in range(2):
        with fault(world):
            time.sleep(2)
            assert world.spool_files(), "The fault did not reach the spool."
        time.sleep(2)

    for acts in accepting:
        acts.wait()
    drain.kill()
    world.check()


def test_redis_emptied_between_drains(world):
    """What Redis held and nobody had counted is lost with it; so it is drained before."""
    world.accept(500).wait()
    world.run("drain_once")
    world.redis.flushall()
    world.accept(500).wait()

    world.check()


def test_web_process_killed_while_spooling(world):
    world.stop_redis()
    accepting = [world.accept(100_000, ANALYTICS_FEEDS_FROM_WEB=0) for _ in range(3)]
    for acts in accepting:
        assert acts.next_line(100, timeout=60), "Nothing was spooled."
        time.sleep(0.3)
        acts.kill()
    world.start_redis()

    world.check()


def test_web_host_without_a_worker_feeds_its_own_spool(world):
    accepting = world.accept(2000, pause_ms=6)
    accepting.next_line(100, timeout=60)
    with stopped(world):
        time.sleep(2)
    accepting.wait()

    world.check()


def test_shards_are_raised_while_spools_wait(world):
    world.accept(500).wait()
    world.stop_redis()
    world.accept(300, ANALYTICS_FEEDS_FROM_WEB=0).wait()
    world.start_redis()
    world.run("drain_once", ANALYTICS_SHARDS=5)
    world.accept(500, ANALYTICS_SHARDS=5).wait()

    world.check(ANALYTICS_SHARDS=5)
