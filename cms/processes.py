"""The processes that make up the site, as command lines: for `serve`, systemd and containers."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

STATIC_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Process:
    """A command line, made when it is asked for, and how long it may take to stop."""

    make_command: Callable[[], list[str]]
    stop_seconds: float
    niceness: int = 0

    @property
    def command(self) -> list[str]:
        prefix = ["nice", "-n", str(self.niceness)] if self.niceness else []
        return [*prefix, *self.make_command()]


def _web() -> list[str]:
    pictures: list[str] = []
    if not settings.MEDIA_PUBLIC_URL:
        directory = settings.MEDIA_ROOT / "images"
        directory.mkdir(parents=True, exist_ok=True)
        # Documents are not here: their view asks who may read them.
        pictures = ["--static-path-route", "/media/images", "--static-path-mount", str(directory)]
    return [
        *(sys.executable, "-m", "cms.web", "--interface", "wsgi"),
        *("--host", settings.HOST, "--port", str(settings.PORT)),
        *("--workers", str(settings.WEB_WORKERS)),
        # Each blocking thread may hold a database connection.
        *("--blocking-threads", str(settings.WEB_THREADS)),
        *("--http", "1", "--no-ws", "--no-access-log", "--log-level", "warning"),
        *("--respawn-failed-workers", "--respawn-interval", "0.5"),
        *("--workers-kill-timeout", "3"),
        *("--static-path-route", "/static", "--static-path-mount", str(settings.STATIC_ROOT)),
        *pictures,
        *("--static-path-expires", str(STATIC_SECONDS)),
        "cms.wsgi:application",
    ]


def _worker(queue: str, *options: str) -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "--quiet", "-A", "cms", "worker"),
        *("--hostname", f"{queue}@%h", "--queues", queue, *options),
        *("--prefetch-multiplier", "1"),
        *("--without-gossip", "--without-mingle", "--loglevel", "warning"),
    ]


def _beat() -> list[str]:
    return [
        *(sys.executable, "-m", "celery", "--quiet", "-A", "cms", "beat", "--pidfile="),
        *("--schedule", str(settings.VAR_DIR / "beat-schedule")),
        *("--loglevel", "warning"),
    ]


# A worker for each queue, so that no kind of work waits behind another. Counting computes, so
# it has processes; mail and upkeep wait for others, so threads are enough; encoding pictures
# takes seconds of a processor and steps back for everything else.
PROCESSES: dict[str, Process] = {
    "web": Process(_web, stop_seconds=4),
    "counting": Process(
        lambda: _worker("counting", "--concurrency", str(settings.WORKER_PROCESSES)),
        stop_seconds=6,
    ),
    "mail": Process(
        lambda: _worker("mail", "--pool", "threads", "--concurrency", "3"), stop_seconds=6
    ),
    "upkeep": Process(
        lambda: _worker("upkeep", "--pool", "threads", "--concurrency", "3"), stop_seconds=6
    ),
    "media": Process(lambda: _worker("media", "--pool", "solo"), stop_seconds=6, niceness=10),
    "beat": Process(_beat, stop_seconds=2),
}
