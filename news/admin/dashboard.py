"""What the newsroom sees first: what is read now, what will be published, and if it runs."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.forms import Media
from django.urls import reverse
from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.permissions import policy_registry

from analytics.ranking import RankingUnavailable
from news import scheduling
from news.models import ArticlePage
from news.rankings import most_read
from news.reports import VIEW

ROWS = 5


class NewsroomPanel(Component):
    """A panel on the dashboard that only those see who may."""

    def is_shown(self, user: Any) -> bool:
        raise NotImplementedError

    def render_html(self, parent_context: Mapping[str, Any] | None = None) -> str:
        if parent_context is None or not self.is_shown(parent_context["request"].user):
            return ""
        return super().render_html(parent_context)

    @property
    def media(self) -> Media:
        return Media(css={"all": ["news/admin.css"]})


class MostReadPanel(NewsroomPanel):
    """The most read articles of the last 24 hours."""

    name = "most_read_now"
    template_name = "news/admin/most_read_panel.html"
    order = 150

    def is_shown(self, user: Any) -> bool:
        return user.has_perm(VIEW)

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        try:
            ranked = most_read(window="24h", limit=ROWS)
        except RankingUnavailable:
            ranked = None
        return {"ranked": ranked, "report_url": reverse("readership_report")}


class SchedulePanel(NewsroomPanel):
    """What goes live and what is taken down next, and a warning if nothing would."""

    name = "schedule"
    template_name = "news/admin/schedule_panel.html"
    order = 160

    def is_shown(self, user: Any) -> bool:
        return policy_registry.get_by_type(Page).user_has_permission(user, "publish")

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        heartbeat = scheduling.last_heartbeat()
        return {
            "appointments": scheduling.appointments(limit=ROWS),
            "heartbeat": heartbeat,
            "is_stale": scheduling.is_stale(heartbeat),
        }


class DraftsPanel(NewsroomPanel):
    """What I wrote or changed last and nobody has published yet."""

    name = "my_drafts"
    template_name = "news/admin/drafts_panel.html"
    order = 90

    def is_shown(self, user: Any) -> bool:
        return policy_registry.get_by_type(Page).user_has_any_permission(user, {"add", "change"})

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        user = parent_context["request"].user
        articles = ArticlePage.objects.defer_streamfields().filter(
            Q(latest_revision__user=user) | Q(owner=user, live=False), has_unpublished_changes=True
        )
        return {"drafts": articles.order_by("-latest_revision_created_at")[:ROWS]}
