"""Where analytics plugs into the Wagtail admin."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.viewsets.model import ModelViewSet

from analytics.admin_views import CountingCheckMenuItem, CountingCheckView
from analytics.models import RankingRule


@hooks.register("register_permissions")
def register_access_permissions() -> QuerySet[Permission]:
    """Let the rights to look at numbers be given in the group editor."""
    return Permission.objects.filter(
        content_type__app_label="analytics", content_type__model="analyticsaccess"
    )


class RankingRuleForm(WagtailAdminModelForm):
    """Notes who decided, and when."""

    def save(self, commit: bool = True) -> RankingRule:
        self.instance.by, self.instance.at = self.for_user, timezone.now()
        saved: RankingRule = super().save(commit=commit)
        return saved


class RankingRuleViewSet(ModelViewSet):
    """Pin and block; Wagtail logs every change with its author."""

    model = RankingRule
    name = "ranking_rules"
    url_prefix = "ranking-rules"
    icon = "thumbtack"
    menu_label = _("Ranking")
    menu_order = 250
    add_to_admin_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("page"),
            FieldRowPanel([FieldPanel("kind"), FieldPanel("position")]),
            FieldPanel("until"),
            FieldPanel("reason"),
        ],
        base_form_class=RankingRuleForm,
    )
    list_display: list[Any] = [
        TitleColumn("page", label=_("Page"), url_name="ranking_rules:edit"),
        Column("get_kind_display", label=_("Kind"), sort_key="kind"),
        Column("position", label=_("Place")),
        DateColumn("until", label=_("Until"), sort_key="until"),
        Column("reason", label=_("Reason")),
        Column("by", label=_("Decided by")),
    ]
    list_filter = ["kind"]
    ordering = ["-until"]


@hooks.register("register_admin_viewset")
def register_ranking_rules() -> RankingRuleViewSet:
    return RankingRuleViewSet()


@hooks.register("register_admin_urls")
def register_counting_check() -> list[URLPattern]:
    return [path("reports/counting/", CountingCheckView.as_view(), name="counting_check")]


@hooks.register("register_reports_menu_item")
def register_counting_check_menu_item() -> CountingCheckMenuItem:
    return CountingCheckMenuItem(
        _("Counting check"),
        reverse_lazy("counting_check"),
        name="counting-check",
        icon_name="check",
        order=120,
    )
