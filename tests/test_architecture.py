"""Who may import whom: DESIGN's table as data, held against the syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APPS = ("analytics", "news", "home")
FIRST_PARTY = ("cms", *APPS)


@dataclass(frozen=True)
class Rule:
    """Modules under `who` import none of `forbidden`, except what is under `allowed`."""

    who: str
    forbidden: tuple[str, ...]
    allowed: tuple[str, ...] = ()
    except_in: tuple[str, ...] = ()


# What is left of the wiring when the leaves are taken away.
LEAVES = ("cms.page_cache", "cms.outbox")
# What every app may use of the wiring, besides the leaves.
FOUNDATION = ("cms.environment", "cms.models", "cms.celery", "cms.embedded_redis")

RULES = [
    *(Rule(leaf, APPS) for leaf in LEAVES),
    Rule("cms.outbox", ("cms.page_cache",)),
    Rule("analytics", ("news", "home")),
    Rule("analytics", ("cms",), allowed=(*LEAVES, *FOUNDATION)),
    Rule(
        "news",
        ("analytics",),
        allowed=(
            "analytics.ranking",
            "analytics.registry",
            "analytics.figures",
            "analytics.health",
        ),
    ),
    Rule("news", ("home",)),
    Rule("news", ("cms",), allowed=(*LEAVES, *FOUNDATION)),
    Rule(
        "news",
        ("news.comments", "news.consent", "news.wordpress"),
        except_in=("news.comments", "news.consent", "news.wordpress"),
    ),
    Rule("news.consent", ("news.comments", "news.wordpress")),
    Rule("news.comments", ("news.wordpress",)),
    Rule(
        "home",
        ("analytics",),
        allowed=(
            "analytics.ranking",
            "analytics.registry",
            "analytics.figures",
            "analytics.health",
        ),
    ),
    Rule("home", ("cms",), allowed=(*LEAVES, *FOUNDATION)),
    Rule("cms.supervisor", ("cms", *APPS, "django", "redis", "celery")),
]


def is_under(module: str, prefixes: tuple[str, ...]) -> bool:
    return any(module == prefix or module.startswith(f"{prefix}.") for prefix in prefixes)


def imports_of(source: str, module: str, *, is_package: bool = False) -> Iterator[tuple[int, str]]:
    """Yield every import, wherever it stands, as line and full dotted name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                parents = parts[: len(parts) - node.level + is_package]
                base = ".".join([*parents, *([base] if base else [])])
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in ("import_module", "importlib.import_module")
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield node.lineno, str(node.args[0].value)


def violations(source: str, module: str, *, is_package: bool = False) -> list[str]:
    found = set()
    for line, target in imports_of(source, module, is_package=is_package):
        for rule in RULES:
            if (
                is_under(module, (rule.who,))
                and not is_under(module, rule.except_in)
                and is_under(target, rule.forbidden)
                and not is_under(target, rule.allowed)
            ):
                found.add(f"{module}:{line} imports {target}")
    return sorted(found)


def modules() -> Iterator[tuple[Path, str]]:
    for top in FIRST_PARTY:
        for path in sorted((ROOT / top).rglob("*.py")):
            if "migrations" not in path.parts:
                parts = path.relative_to(ROOT).with_suffix("").parts
                yield path, ".".join(parts).removesuffix(".__init__")


def test_imports_keep_to_the_table() -> None:
    found = []
    for path, module in modules():
        found += violations(
            path.read_text(encoding="utf-8"), module, is_package=path.name == "__init__.py"
        )
    assert found == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("analytics.drain", "import news"),
        ("analytics.drain", "from home.models import HomePage"),
        ("analytics.drain", "def later():\n    from news.models import ArticlePage"),
        ("analytics.drain", "from cms import serving"),
        ("cms.page_cache.store", "from analytics import ranking"),
        ("cms.outbox.queue", "from cms.page_cache.tags import invalidate"),
        ("news.rankings", "from analytics import buffer"),
        ("news.rankings", "from analytics.models import Day"),
        ("news.publishing", "import home.models"),
        ("news.publishing", "from news import comments"),
        ("news.publishing", "from .comments.models import ReaderComment"),
        ("news.consent.texts", "from news.comments import moderation"),
        ("home.front_page", "from analytics import drain"),
        ("home.front_page", "import importlib\nimportlib.import_module('analytics.drain')"),
    ],
)
def test_a_planted_violation_is_found(module: str, source: str) -> None:
    assert len(violations(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("news.rankings", "from analytics.ranking import top_pages"),
        ("news.rankings", "from analytics import ranking, registry, figures, health"),
        ("news.comments.moderation", "from news.models import ArticlePage"),
        ("news.comments.moderation", "from news.consent import texts"),
        ("analytics.tasks", "from cms.outbox.queue import put"),
        ("home.models", "from news.models import ArticlePage"),
        ("cms.wsgi", "from analytics.doorway import Doorway"),
    ],
)
def test_what_the_table_allows_is_not_found(module: str, source: str) -> None:
    assert violations(source, module) == []
