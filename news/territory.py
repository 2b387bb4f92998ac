"""How far a right reaches: who works in some sections sees the numbers of those only.

A right that a group gives reaches as far as the group's rights to pages; a group without any, such
as the analysts, reaches everywhere. Who is in several groups sees what any of them may.
"""

from typing import Any

from django.db.models import Q
from wagtail.models import GroupPagePermission, Page


def of(user: Any, permission: str) -> list[str] | None:
    """Return the tree paths that the user's right is limited to; None is no limit."""
    if user.is_superuser:
        return None
    app, _, codename = permission.partition(".")
    right = Q(content_type__app_label=app, codename=codename)
    if user.user_permissions.filter(right).exists():
        return None
    givers = user.groups.filter(
        permissions__content_type__app_label=app, permissions__codename=codename
    )
    reach: dict[int, list[str]] = {pk: [] for pk in givers.values_list("pk", flat=True)}
    rows = GroupPagePermission.objects.filter(group__in=reach)
    for group, path in rows.values_list("group", "page__path").distinct():
        reach[group].append(path)
    if not reach or not all(reach.values()):
        return None
    paths = sorted({path for found in reach.values() for path in found})
    return None if any(len(path) == Page.steplen for path in paths) else paths


def covers(paths: list[str] | None, page: Page) -> bool:
    return paths is None or any(page.path.startswith(path) for path in paths)


def within(paths: list[str]) -> Q:
    """Return what leaves the pages below one of the paths."""
    found = Q(pk__in=[])
    for path in paths:
        found |= Q(path__startswith=path)
    return found
