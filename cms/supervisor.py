"""Keeps a handful of processes running: starts, watches, restarts and stops them in order."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

RESTARTS_ALLOWED = 5
WITHIN_SECONDS = 60
LONGEST_PAUSE_SECONDS = 8.0
WATCH_SECONDS = 0.2
PR_SET_PDEATHSIG = 1

Starter = Callable[[dict[str, Any]], "subprocess.Popen[bytes]"]


class StopRequested(BaseException):
    """Somebody asked the whole to stop."""


class KeepsFailing(RuntimeError):
    """A process died again and again; the message names it."""


@dataclass
class Child:
    """One process: how it is started, how long it may take to stop."""

    name: str
    start: Starter
    stop_seconds: float
    process: "subprocess.Popen[bytes] | None" = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=RESTARTS_ALLOWED + 1))
    restart_at: float = 0.0


def running(command: Sequence[str]) -> Starter:
    """Return a starter that runs `command`."""

    def start(options: dict[str, Any]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(command, **options)

    return start


class Supervisor:
    """Looks after children; `say` prints a line."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children = list(children)
        self.say = say
        self.is_stopping = False

    def handle_signals(self) -> None:
        """Let SIGINT, SIGTERM and SIGHUP stop the whole; a second one changes nothing."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def start(self, child: Child) -> None:
        process = child.start(
            {
                # A group of its own: Ctrl-C reaches us only, and we stop everybody in order.
                "start_new_session": True,
                "stdin": subprocess.DEVNULL,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.STDOUT,
                "preexec_fn": _die_with_parent,
            }
        )
        child.process = process
        child.restart_at = 0.0
        threading.Thread(
            target=self._relay, args=(child.name, process.stdout), daemon=True
        ).start()

    def watch(self) -> None:
        """Restart whoever dies, with growing pauses; KeepsFailing if that does not help."""
        while True:
            time.sleep(WATCH_SECONDS)
            for child in self.children:
                self._look_after(child, time.monotonic())

    def stop(self, order: Sequence[str]) -> None:
        """Stop everybody, in this order of names: politely first, then for good."""
        self.is_stopping = True
        for name in order:
            for child in self.children:
                if child.name == name and child.process is not None:
                    _stop(child.process, child.stop_seconds)

    def _look_after(self, child: Child, now: float) -> None:
        if child.process is None:
            if child.restart_at and now >= child.restart_at:
                self.say(f"{child.name} is started again")
                self.start(child)
            return
        status = child.process.poll()
        if status is None:
            return
        _kill_group(child.process)  # it may have left children of its own
        child.process = None
        child.deaths.append(now)
        recent = sum(now - death < WITHIN_SECONDS for death in child.deaths)
        if recent > RESTARTS_ALLOWED:
            raise KeepsFailing(
                f"{child.name} died {recent} times within a minute (last status {status}), "
                "so everything was stopped. Its last lines above say why."
            )
        pause = min(0.25 * 2**recent, LONGEST_PAUSE_SECONDS)
        self.say(f"{child.name} died (status {status}); next try in {pause:g} s")
        child.restart_at = now + pause

    def _relay(self, name: str, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                if text := line.decode(errors="replace").rstrip():
                    self.say(f"{name:<8} | {text}")

    def _on_signal(self, number: int, frame: object) -> None:
        if not self.is_stopping:
            self.is_stopping = True
            raise StopRequested


def _die_with_parent() -> None:
    """Ask the kernel for a SIGTERM should the supervisor vanish (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    _kill_group(process)
    process.wait()


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
