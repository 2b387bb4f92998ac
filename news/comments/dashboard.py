"""What waits for a moderator, on the dashboard."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from wagtail.admin.ui.components import Component

from news.admin.dashboard import ROWS, NewsroomPanel
from news.comments.models import ReaderComment
from news.comments.permissions import may_moderate, within_rights


class WaitingCommentsPanel(NewsroomPanel):
    """The comments that have waited longest for a decision."""

    name = "waiting_comments"
    template_name = "reader_comments/admin/waiting_panel.html"
    order = 140

    def is_shown(self, user: Any) -> bool:
        return may_moderate(user)

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        user = parent_context["request"].user
        comments = within_rights(ReaderComment.objects.for_moderators(), user)
        waiting = comments.pending().defer("article__body")
        return {
            "comments": waiting.order_by("submitted_at", "pk")[:ROWS],
            "queue_url": reverse("reader_comments_admin:list") + "?state=pending",
        }


def add_waiting_comments(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(WaitingCommentsPanel())
