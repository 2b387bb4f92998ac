"""One stylesheet request without a build step: `css/site.css` is the components in order."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

NAME = "css/site.css"
SOURCE = settings.BASE_DIR / "cms" / "static" / "css"
# Tokens and base come first, print last; between them the order does not matter.
FIRST = ["tokens.css", "base.css", "layout.css"]
LAST = ["print.css"]


def parts() -> list[Path]:
    """The component files in the order of the cascade."""
    between = sorted(path.name for path in SOURCE.glob("*.css"))
    between = [name for name in between if name not in (*FIRST, *LAST)]
    return [SOURCE / name for name in (*FIRST, *between, *LAST) if (SOURCE / name).exists()]


def compose() -> str:
    """The components as one text, without comments, indentation and blank lines."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in parts())
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip()) + "\n"


class StylesheetFinder(BaseFinder):
    """Offers the composed stylesheet to the development server and to collectstatic."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(settings.VAR_DIR / "composed")

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> str | list[str]:
        if path != NAME:
            return []
        file = Path(self.storage.path(NAME))
        text = compose()
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return [str(file)] if find_all else str(file)

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        self.find(NAME)
        yield NAME, self.storage
