"""Reader comments in the Wagtail admin."""

from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import URLPattern, reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.site_summary import SummaryItem
from wagtail.log_actions import LogActionRegistry
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from news.admin.article_lists import register_count
from news.comments import person_views, threads
from news.comments.dashboard import add_waiting_comments
from news.comments.models import ReaderComment
from news.comments.moderation_views import (
    ApproveBulkAction,
    ReaderCommentViewSet,
    RejectBulkAction,
    SpamBulkAction,
)
from news.comments.permissions import ModerationPolicy, may_moderate
from news.staff_reports.extras import register_figure

register_permission_policy(ReaderComment, ModerationPolicy(ReaderComment))
register_snippet(ReaderCommentViewSet)
hooks.register("register_bulk_action", ApproveBulkAction)
hooks.register("register_bulk_action", RejectBulkAction)
# After Wagtail's own, whose place it takes.
hooks.register("register_bulk_action", SpamBulkAction, order=1)


def count_published() -> Combinable:
    """An article's published comments, as an expression for `annotate()`."""
    comments = ReaderComment.objects.published().filter(article=OuterRef("pk")).order_by()
    counts = comments.values("article").annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)


register_count("comment_count", _("Comments"), count_published)


def count_between(start: datetime, end: datetime, page_ids: QuerySet[Any] | None) -> int:
    """Count comments published in a stretch of time that are still to be seen."""
    comments = ReaderComment.objects.published().filter(
        published_at__gte=start, published_at__lt=end
    )
    return (comments if page_ids is None else comments.filter(article__in=page_ids)).count()


register_figure("comments", _("Comments"), count_between)


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    done = _("Reader comments closed")
    actions.register_action(threads.CLOSE, _("Close reader comments"), done)


class ModeratorsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_moderate(request.user)


@hooks.register("register_reports_menu_item")
def register_retention_menu_item() -> MenuItem:
    url = reverse_lazy("reader_comments_admin:retention")
    label = _("Retention")
    return ModeratorsMenuItem(label, url, name="retention", icon_name="history", order=900)


@hooks.register("register_reports_menu_item")
def register_words_menu_item() -> MenuItem:
    url = reverse_lazy("reader_comments_admin:words")
    label = _("Try words")
    return ModeratorsMenuItem(label, url, name="words", icon_name="search", order=910)


class PendingSummaryItem(SummaryItem):
    """How many reader comments wait, on the dashboard."""

    order = 300
    template_name = "reader_comments/admin/summary.html"

    def is_shown(self) -> bool:
        return may_moderate(self.request.user)

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        url = reverse("reader_comments_admin:list") + "?state=pending"
        return {"count": ReaderComment.objects.pending().count(), "url": url}


@hooks.register("construct_homepage_summary_items")
def add_pending_comments(request: HttpRequest, items: list[SummaryItem]) -> None:
    items.append(PendingSummaryItem(request))


hooks.register("construct_homepage_panels", add_waiting_comments)


@hooks.register("register_admin_urls")
def register_person_urls() -> list[URLPattern]:
    return person_views.urlpatterns


class LookUpMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return person_views.may_look_up(request.user)


@hooks.register("register_reports_menu_item")
def register_person_menu_item() -> MenuItem:
    url = reverse_lazy("look_up_person")
    label = _("Look up a person")
    return LookUpMenuItem(label, url, name="look-up-person", icon_name="user", order=920)
