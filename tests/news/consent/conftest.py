from pathlib import Path
from typing import Any

import pytest

from news.consent import defaults
from news.consent.models import ConsentText


@pytest.fixture(autouse=True)
def anchors(settings: Any, tmp_path: Path) -> Path:
    """Anchors of this test alone."""
    settings.VAR_DIR = tmp_path
    return tmp_path / "anchors" / "consent.jsonl"


@pytest.fixture
def text(db: None) -> ConsentText:
    defaults.create_missing(ConsentText)
    return ConsentText.objects.get(purpose="publish", language="de", version=1)
