import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.proof.newspaper import Newspaper, make_newspaper
from tests.proof.redis_server import RedisServer
from tests.proof.whole_site import Site
from tests.proof.world import make_database


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Newspaper]:
    with make_newspaper(tmp_path) as site:
        yield site


@pytest.fixture
def open_path() -> Iterator[Path]:
    """Yield an empty directory that servers with a user of their own may enter."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


@pytest.fixture
def whole_site(tmp_path: Path) -> Iterator[Site]:
    """A site that is not started yet, for readers who are in nobody's way."""
    with ExitStack() as stack:
        redis = RedisServer(tmp_path)
        redis.start()
        stack.callback(redis.stop)
        site = Site(
            tmp_path / "var",
            database_url=stack.enter_context(make_database(tmp_path)),
            redis_url=redis.url,
            COMMENTS_PER_NETWORK="0",
            COMMENTS_PER_ADDRESS="0",
            ANALYTICS_ENGAGEMENT="1",
            LOG_LEVEL="ERROR",
        )
        stack.callback(site.close)
        yield site
