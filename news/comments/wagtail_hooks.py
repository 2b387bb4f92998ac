"""Reader comments in the Wagtail admin."""

from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import LogActionRegistry
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from news.admin.article_lists import register_count
from news.comments import person_views, threads
from news.comments.dashboard import add_waiting_comments
from news.comments.desk import bulk, deleting
from news.comments.desk.account import ModeratorMailPanel
from news.comments.desk.cases import ComplaintViewSet, LegalNoticeViewSet
from news.comments.desk.decisions import comments_of
from news.comments.desk.groups import ModeratedSectionsPanel
from news.comments.desk.queue import TO_DO, ReaderCommentViewSet
from news.comments.desk.texts import CannedTextViewSet, EverythingPolicy
from news.comments.models import CannedText, Complaint, LegalNotice, ReaderComment
from news.comments.permissions import ModerationPolicy, may_moderate, may_moderate_everything
from news.staff_reports.extras import register_figure

register_permission_policy(ReaderComment, ModerationPolicy(ReaderComment))
register_snippet(ReaderCommentViewSet)
for policy in (ModerationPolicy(LegalNotice), ModerationPolicy(Complaint)):
    register_permission_policy(policy.model, policy)
register_permission_policy(CannedText, EverythingPolicy(CannedText))
for action in bulk.ACTIONS:
    hooks.register("register_bulk_action", action)
# After Wagtail's own, whose place it takes.
hooks.register("register_bulk_action", bulk.SpamBulkAction, order=1)


hooks.register("before_delete_page", deleting.refuse)
hooks.register("before_bulk_action", deleting.refuse_in_bulk)


@hooks.register("register_admin_viewset")
def register_case_viewsets() -> list[ModelViewSet]:
    return [LegalNoticeViewSet(), ComplaintViewSet(), CannedTextViewSet()]


@hooks.register("register_group_permission_panel")
def register_moderated_sections() -> type[ModeratedSectionsPanel]:
    return ModeratedSectionsPanel


@hooks.register("register_account_settings_panel")
def register_moderator_mail(request: HttpRequest, user: Any, profile: Any) -> ModeratorMailPanel:
    return ModeratorMailPanel(request, user, profile)


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


@hooks.register("register_reports_menu_item")
def register_notices_menu_item() -> MenuItem:
    url, label = reverse_lazy("legal_notices:index"), _("Legal notices")
    return ModeratorsMenuItem(label, url, name="legal-notices", icon_name="warning", order=880)


@hooks.register("register_reports_menu_item")
def register_complaints_menu_item() -> MenuItem:
    url, label = reverse_lazy("complaints:index"), _("Complaints")
    return ModeratorsMenuItem(label, url, name="complaints", icon_name="warning", order=890)


class ChiefModeratorsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return may_moderate_everything(request.user)


@hooks.register("register_reports_menu_item")
def register_texts_menu_item() -> MenuItem:
    url, label = reverse_lazy("canned_texts:index"), _("Texts to readers")
    return ChiefModeratorsMenuItem(label, url, name="reader-texts", icon_name="mail", order=905)


class PendingSummaryItem(SummaryItem):
    """How many reader comments wait, on the dashboard."""

    order = 300
    template_name = "reader_comments/admin/summary.html"

    def is_shown(self) -> bool:
        return may_moderate(self.request.user)

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        url = reverse("reader_comments_admin:list") + f"?state={TO_DO}"
        return {"count": comments_of(self.request.user).to_do().count(), "url": url}


@hooks.register("insert_global_admin_css")
def style_number_of_waiting() -> str:
    """Let the number of those that wait stand on the menu's icon, and fields fit a phone."""
    return format_html('<link rel="stylesheet" href="{}">', static("news/menu.css"))


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
