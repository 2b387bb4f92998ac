"""A Redis server of our own, which may be stopped and killed."""

import signal
import subprocess
import time
from pathlib import Path

import redis

from cms import embedded_redis


class RedisServer:
    """Listens on a socket in `directory`; the last word of `options` holds."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.directory = directory
        self.socket = directory / "redis.sock"
        self.options = options
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.socket))

    def start(self) -> None:
        directory = self.directory / "redis"
        directory.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [*embedded_redis.command(self.socket, directory), *self.options],
            stdout=subprocess.DEVNULL,
        )
        for _ in range(600):
            try:
                self.client.ping()
            except (redis.ConnectionError, redis.BusyLoadingError):
                time.sleep(0.05)
            else:
                return
        raise AssertionError("Redis does not answer.")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait()
