"""A Redis Cluster of three masters, made of Debian's redis-server."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

NODES = 3
SLOTS = 16_384


def has_servers() -> bool:
    return shutil.which("redis-server") is not None


@contextmanager
def make_cluster(directory: Path) -> Iterator[str]:
    """Yield the address of a cluster whose nodes know each other and own all slots."""
    ports = _free_ports()
    servers = [_start(directory / str(port), port) for port in ports]
    try:
        nodes = [redis.Redis(port=port) for port in ports]
        for place, node in enumerate(nodes):
            _wait_for(lambda node=node: _answers(node))
            first, last = SLOTS * place // NODES, SLOTS * (place + 1) // NODES - 1
            node.execute_command("CLUSTER ADDSLOTSRANGE", first, last)
            node.execute_command("CLUSTER MEET", "127.0.0.1", ports[0])
        for node in nodes:
            _wait_for(lambda node=node: _is_whole(node))
            node.close()
        yield f"redis+cluster://127.0.0.1:{ports[0]}"
    finally:
        for server in servers:
            server.terminate()
            server.wait(10)


def _free_ports() -> list[int]:
    """Return ports below 55,536, where a node adds 10,000 for its bus."""
    ports: list[int] = []
    port = 20_000 + time.time_ns() // 1000 % 10_000
    while len(ports) < NODES:
        port += 1
        if all(_is_free(number) for number in (port, port + 10_000)):
            ports.append(port)
    return ports


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _start(directory: Path, port: int) -> subprocess.Popen[bytes]:
    directory.mkdir(parents=True)
    options = {
        "port": port,
        "bind": "127.0.0.1",
        "cluster-enabled": "yes",
        "cluster-node-timeout": 2000,
        "appendonly": "yes",
        "save": "",
        "dir": directory,
    }
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)


def _answers(node: redis.Redis) -> bool:
    try:
        return bool(node.ping())
    except redis.ConnectionError:
        return False


def _is_whole(node: redis.Redis) -> bool:
    facts = node.execute_command("CLUSTER INFO")
    return facts["cluster_state"] == "ok" and facts["cluster_known_nodes"] == str(NODES)


def _wait_for(fact: object, *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not fact():  # type: ignore[operator]
        assert time.monotonic() < deadline, "The cluster does not come up."
        time.sleep(0.05)
