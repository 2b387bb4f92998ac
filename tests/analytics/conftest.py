"""A stream that takes events, and an empty spool."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings

from analytics import buffer
from tests.analytics.streams import begin_epochs


@pytest.fixture
def counting(clean_redis: redis.Redis, db: None) -> Iterator[redis.Redis]:
    """Redis and database without anything counted, ready to count."""
    shutil.rmtree(settings.ANALYTICS_SPOOL_DIR, ignore_errors=True)
    begin_epochs()
    yield clean_redis
    buffer.reset()
    shutil.rmtree(settings.ANALYTICS_SPOOL_DIR, ignore_errors=True)


@pytest.fixture
def spool_dir(tmp_path: Path, settings: object) -> Path:
    settings.ANALYTICS_SPOOL_DIR = tmp_path / "spool"  # type: ignore[attr-defined]
    return tmp_path / "spool"
