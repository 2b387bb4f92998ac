"""Reader comments in the Wagtail admin."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from wagtail import hooks
from wagtail.admin.site_summary import SummaryItem
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from news.comments.models import ReaderComment
from news.comments.moderation_views import (
    ApproveBulkAction,
    ReaderCommentViewSet,
    RejectBulkAction,
    SpamBulkAction,
)
from news.comments.permissions import ModerationPolicy, may_moderate

register_permission_policy(ReaderComment, ModerationPolicy(ReaderComment))
register_snippet(ReaderCommentViewSet)
hooks.register("register_bulk_action", ApproveBulkAction)
hooks.register("register_bulk_action", RejectBulkAction)
# After Wagtail's own, whose place it takes.
hooks.register("register_bulk_action", SpamBulkAction, order=1)


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
