"""The supervisor with small processes of our own."""

import sys
import time

import pytest

from cms.supervisor import Child, KeepsFailing, Supervisor, running


def child(name: str, code: str, *, stop_seconds: float = 5) -> Child:
    return Child(name, running([sys.executable, "-c", code]), stop_seconds)


def test_who_dies_at_every_start_stops_the_whole_and_is_named() -> None:
    said: list[str] = []
    clock = 0.0
    broken = child("worker", "print('no disk'); raise SystemExit(3)")
    supervisor = Supervisor([broken], said.append)
    supervisor.start(broken)
    with pytest.raises(KeepsFailing, match=r"worker died 6 times .* \(last status 3\)"):
        while True:
            if broken.process is not None:
                broken.process.wait()
            clock = broken.restart_at or clock
            supervisor._look_after(broken, clock)
    time.sleep(0.1)
    assert "worker   | no disk" in said
    assert [line for line in said if "next try" in line] == [
        f"worker died (status 3); next try in {pause} s" for pause in ("0.5", "1", "2", "4", "8")
    ]


def test_deaths_far_apart_are_forgiven() -> None:
    once = child("beat", "")
    supervisor = Supervisor([once], lambda line: None)
    supervisor.start(once)
    for number in range(20):
        if once.process is not None:
            once.process.wait()
        supervisor._look_after(once, number * 61.0)
    supervisor.stop(["beat"])


def test_who_does_not_stop_is_killed_and_the_order_is_kept() -> None:
    said: list[str] = []
    stubborn = child(
        "web",
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('up', flush=True); time.sleep(60)",
        stop_seconds=0.3,
    )
    polite = child("redis", "import time; print('up', flush=True); time.sleep(60)")
    supervisor = Supervisor([polite, stubborn], said.append)
    for one in supervisor.children:
        supervisor.start(one)
    deadline = time.monotonic() + 10
    while len(said) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    supervisor.stop(["web", "redis"])
    statuses = [one.process.returncode for one in supervisor.children if one.process]
    assert statuses == [-15, -9]
