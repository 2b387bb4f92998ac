"""One way to run an import on a given export."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from news.wordpress import importing
from news.wordpress.report import Report
from tests.factories import make_home
from tests.news.wordpress import wxr

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

Import = Callable[..., Report]


@pytest.fixture
def import_export(tmp_path: Path, db: None) -> Import:
    make_home()

    def run(*parts: str, **options: Any) -> Report:
        path = wxr.write(tmp_path, *parts)
        return importing.run(importing.Options(path=path, **options), now=NOW)

    return run
