"""A stream that takes events, and an empty spool."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings

from analytics import buffer, meters
from cms import embedded_redis
from tests.analytics.streams import begin_epochs


@pytest.fixture(autouse=True)
def nothing_untold() -> None:
    """What other tests have sent in the same minute is forgotten."""
    meters.networks.begin(-1)
    meters.readers.begin(-1)


@pytest.fixture
def counting(clean_redis: redis.Redis, db: None) -> Iterator[redis.Redis]:
    """Redis and database without anything counted, ready to count."""
    shutil.rmtree(settings.ANALYTICS_SPOOL_DIR, ignore_errors=True)
    begin_epochs()
    yield clean_redis
    buffer.reset()
    shutil.rmtree(settings.ANALYTICS_SPOOL_DIR, ignore_errors=True)


@pytest.fixture
def counting_alone(tmp_path: Path, settings: object, db: None) -> Iterator[redis.Redis]:
    """As `counting`, on a server of the test's own: one that may be hurt."""
    socket = Path(tempfile.mkdtemp(prefix="redaktion-")) / "redis.sock"
    server = embedded_redis.start(socket, tmp_path / "redis")
    settings.REDIS_URL = f"unix://{socket}"  # type: ignore[attr-defined]
    buffer.reset()
    begin_epochs()
    with redis.Redis(unix_socket_path=str(socket)) as client:
        yield client
    buffer.reset()
    server.terminate()
    server.wait(10)
    shutil.rmtree(socket.parent)


@pytest.fixture
def spool_dir(tmp_path: Path, settings: object) -> Path:
    settings.ANALYTICS_SPOOL_DIR = tmp_path / "spool"  # type: ignore[attr-defined]
    return tmp_path / "spool"
