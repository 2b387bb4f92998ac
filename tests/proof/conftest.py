from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof.newspaper import Newspaper, make_newspaper


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Newspaper]:
    with make_newspaper(tmp_path) as site:
        yield site
