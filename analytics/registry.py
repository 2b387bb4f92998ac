"""What analytics has to know about pages and cannot ask the newsroom for.

The newsroom fills this registry when its app is ready; analytics then filters by it without
importing anything. A facet turns a value (a slug, a key) into the ids of pages, lazily: as a
subquery, so that filtering happens in the database and before any limit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

PageIds = QuerySet[Any, Any]


@dataclass(slots=True)
class Registry:
    """The facets by name, which pages may be ranked at all, and where the site is searched."""

    facets: dict[str, Callable[[str], PageIds]] = field(default_factory=dict)
    rankable: Callable[[], PageIds] | None = None
    search_paths: Callable[[], frozenset[str]] = frozenset


registry = Registry()


def register_facet(name: str, page_ids: Callable[[str], PageIds]) -> None:
    """Let rankings and reports filter by `name`; `page_ids(value)` selects one column of ids."""
    registry.facets[name] = page_ids


def register_rankable(page_ids: Callable[[], PageIds]) -> None:
    """Say which pages may appear in a ranking: live, public, not sensitive."""
    registry.rankable = page_ids


def register_search(paths: Callable[[], frozenset[str]]) -> None:
    """Say at which paths the site answers a search `?q=`: what was looked for is counted."""
    registry.search_paths = paths
