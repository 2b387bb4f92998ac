"""Who may moderate, and which sections: one right, in the admin and in every view.

A group with the right moderates everything unless sections are named for it. Who is in several
groups may do what any of them may.
"""

import operator
from functools import reduce
from typing import Any, TypeVar

from django.contrib.auth.models import Group
from django.db.models import Model, Q, QuerySet

from news.comments.models import Complaint, LegalNotice, ModeratedSection
from news.consent.permissions import LimitedPolicy
from news.models import ArticlePage

MODERATE = "reader_comments.moderate_comments"
_Row = TypeVar("_Row", bound=Model)


def may_moderate(user: Any) -> bool:
    """Whether the user moderates anything."""
    return bool(user.is_active and user.has_perm(MODERATE))


def may_moderate_everything(user: Any) -> bool:
    """Whether no section limits the user: what holds for all sections is theirs to set."""
    return may_moderate(user) and sections_of(user) is None


def may_moderate_article(user: Any, article: ArticlePage) -> bool:
    paths = sections_of(user)
    within = paths is None or any(article.path.startswith(path) for path in paths)
    return may_moderate(user) and within


def sections_of(user: Any) -> list[str] | None:
    """Return the tree paths of the sections the user is limited to; None is no limit."""
    if user.is_superuser:
        return None
    groups = Group.objects.filter(
        user=user,
        permissions__codename="moderate_comments",
        permissions__content_type__app_label="reader_comments",
    )
    rows = ModeratedSection.objects.filter(group__in=groups).values_list("group", "section__path")
    limits: dict[int, list[str]] = {pk: [] for pk in groups.values_list("pk", flat=True)}
    for group, path in rows:
        limits[group].append(path)
    if not limits or not all(limits.values()):
        return None
    return [path for paths in limits.values() for path in paths]


def within_rights(
    rows: "QuerySet[_Row]", user: Any, *, article: str = "article"
) -> "QuerySet[_Row]":
    """Return the rows whose article, found by way of `article`, the user may moderate."""
    if not may_moderate(user):
        return rows.none()
    paths = sections_of(user)
    if paths is None:
        return rows
    name = f"{article}__path__startswith"
    return rows.filter(reduce(operator.or_, (Q(**{name: path}) for path in paths)))


def notices_within_rights(rows: "QuerySet[LegalNotice]", user: Any) -> "QuerySet[LegalNotice]":
    """Return the notices the user may decide; those about no comment belong to no section."""
    return within_rights(rows, user, article="comment__article")


def complaints_within_rights(rows: "QuerySet[Complaint]", user: Any) -> "QuerySet[Complaint]":
    of_decisions = within_rights(rows, user, article="decision__comment__article")
    of_notices = within_rights(rows, user, article="notice__comment__article")
    return of_decisions | of_notices


class ModerationPolicy(LimitedPolicy):
    """Moderators look and decide; nobody adds, rewords or deletes what readers wrote."""

    def __init__(self, model: Any) -> None:
        super().__init__(model, "view")

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and may_moderate(user)

    def _get_permission_codenames(self, actions: Any) -> set[str]:
        return {"moderate_comments"} if "view" in actions else set()
