"""Who may import whom, read from the syntax trees: also imports inside functions."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("cms", "home", "news", "analytics")
LEAVES = ("cms.page_cache", "cms.outbox", "cms.operation")
# What every room may know of the wiring: readings of the environment and addresses.
WIRING = (
    "cms.environment",
    "cms.redis_addresses",
    "cms.embedded_redis",
    "cms.celery",
    "cms.proxies",
)
ANALYTICS_IN_PUBLIC = (
    "analytics.ranking",
    "analytics.registry",
    "analytics.figures",
    "analytics.health",
)

# The longest matching room decides; a room may always import itself.
TABLE: dict[str, tuple[str, ...]] = {
    "cms": (*LEAVES, *WIRING),
    "cms.page_cache": ("cms.outbox", "cms.operation", *WIRING),
    "cms.outbox": ("cms.operation", *WIRING),
    "cms.operation": WIRING,
    "analytics": (*LEAVES, *WIRING),
    "news": (*ANALYTICS_IN_PUBLIC, *LEAVES, *WIRING),
    "news.consent": ("news", *LEAVES, *WIRING),
    "news.comments": ("news", "news.consent", *LEAVES, *WIRING),
    "news.wordpress": ("news", "news.consent", "news.comments", *LEAVES, *WIRING),
    "home": ("news", *LEAVES, *WIRING),
}
# Wiring is where the rooms meet.
MEETING_POINTS = {
    "cms/urls.py": (
        *("analytics.urls", "home.urls", "news.urls", "news.comments.urls", "news.consent.urls"),
    ),
    "cms/wsgi.py": ("analytics.doorway", "analytics.events"),
    "cms/serving.py": ("home.demo.people",),
    "cms/moving/archive.py": ("news.consent.triggers",),
    "cms/moving/relocation.py": (
        *("analytics.buffer", "analytics.drain", "analytics.spool", "analytics.windows"),
    ),
}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str | None:
    rooms = [room for room in TABLE if module == room or module.startswith(f"{room}.")]
    return max(rooms, key=len, default=None)


def imports_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything a module imports, wherever it does so."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: write imports in full"
            for name in node.names:
                yield node.lineno, f"{node.module}.{name.name}"


def is_within(name: str, allowed: str) -> bool:
    return name == allowed or name.startswith(f"{allowed}.")


def violations(module: str, source: str, extra: tuple[str, ...] = ()) -> list[str]:
    room = room_of(module)
    assert room, module
    found = []
    for line, name in imports_of(source):
        if name.split(".")[0] not in ROOMS:
            continue
        target = room_of(name)
        if target == room or any(is_within(name, module) for module in extra):
            continue
        # "news" allows the newsroom itself, not the rooms inside it
        if not any(is_within(name, one) and room_of(one) == target for one in TABLE[room]):
            found.append(f"{module}:{line} imports {name}")
    return found


def sources() -> list[Path]:
    return sorted(
        path
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if "migrations" not in path.parts
    )


def test_rooms_import_only_what_the_table_allows():
    found = [
        violation
        for path in sources()
        for violation in violations(
            module_of(path),
            path.read_text(encoding="utf-8"),
            MEETING_POINTS.get(str(path.relative_to(ROOT)), ()),
        )
    ]

    assert found == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("analytics.intake", "from news.models import ArticlePage"),
        ("analytics.intake", "def f():\n    import home.models"),
        ("news.feeds", "from analytics import models"),
        ("news.feeds", "from news.comments.models import ReaderComment"),
        ("news.feeds", "from home.models import HomePage"),
        ("news.consent.texts", "from news.comments import moderation"),
        ("cms.outbox.queue", "from cms.page_cache.tags import invalidate"),
        ("cms.page_cache.store", "from news import models"),
        ("home.models", "from analytics.ranking import top_pages"),
    ],
)
def test_planted_violation_is_caught(module: str, source: str):
    assert len(violations(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("news.rankings", "from analytics.ranking import top_pages"),
        ("news.comments.moderation", "from news.consent import recording"),
        ("news.feeds", "from news.models import ArticlePage"),
        ("home.models", "from news.blocks import StandardBodyBlock"),
        ("analytics.tasks", "from cms.outbox.queue import put"),
    ],
)
def test_allowed_import_passes(module: str, source: str):
    assert violations(module, source) == []


def test_every_module_says_what_lives_there():
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.name not in {"__init__.py", "apps.py"}
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert silent == []


def test_no_junk_drawer():
    names = {"utils", "helpers", "common", "core", "misc"}

    assert [path for path in sources() if path.stem in names] == []
