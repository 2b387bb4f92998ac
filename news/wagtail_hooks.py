"""Where the newsroom plugs into the Wagtail admin."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import ModelLogEntry
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.snippets.models import register_snippet

from news.admin.article_lists import ArticleListingViewSet
from news.admin.articles import ArticleViewSet
from news.admin.content_checks import check_text_only
from news.admin.dashboard import DraftsPanel, MostReadPanel, SchedulePanel
from news.admin.emergency import EmergencyPublishView, ask_for_reason, refuse_in_bulk
from news.admin.expired_pictures import ExpiredPicturesMenuItem, ExpiredPicturesView
from news.admin.images import CreateFromUploadView, NewsImageIndexView
from news.admin.snippets import NewsroomViewSetGroup
from news.admin.tags import MergeTagView, offer_merge
from news.approval import WITHOUT_APPROVAL
from news.links import DocumentLinks, PageLinks
from news.reports import ReadershipMenuItem, ReadershipView
from news.staff_reports.article_views import ArticleReportView, report_buttons
from news.staff_reports.named import OptionsView
from news.staff_reports.newsroom import NewsroomReportView
from news.staff_reports.quality import DataQualityMenuItem, DataQualityView
from news.staff_reports.views import (
    AnalyticsMenuItem,
    AuthorReportView,
    NowView,
    OverviewView,
    SectionReportView,
    TableView,
)

register_snippet(NewsroomViewSetGroup)


@hooks.register("register_admin_viewset")
def register_articles() -> list[PageListingViewSet]:
    return [ArticleViewSet(), ArticleListingViewSet()]


hooks.register("construct_wagtail_userbar", check_text_only)


# Before Wagtail's own, so that the same addresses reach our list.
@hooks.register("register_admin_urls", order=-1)
def register_image_list() -> list[URLPattern]:
    return [
        path("images/", NewsImageIndexView.as_view()),
        path("images/results/", NewsImageIndexView.as_view(results_only=True)),
        path(
            "images/multiple/create_from_uploaded_image/<int:uploaded_file_id>/",
            CreateFromUploadView.as_view(),
        ),
    ]


# After Wagtail's own, in whose place they stand.
@hooks.register("register_rich_text_features", order=1)
def register_links(features: FeatureRegistry) -> None:
    features.register_link_type(PageLinks)
    features.register_link_type(DocumentLinks)


@hooks.register("register_admin_urls")
def register_readership_report() -> list[URLPattern]:
    return [
        path("reports/readership/", ReadershipView.as_view(), name="readership_report"),
        path(
            "reports/readership/results/",
            ReadershipView.as_view(results_only=True),
            name="readership_report_results",
        ),
    ]


@hooks.register("register_admin_urls")
def register_staff_reports() -> list[URLPattern]:
    return [
        path("analytics/", OverviewView.as_view(), name="analytics_overview"),
        path("analytics/table/<slug:table>/", TableView.as_view(), name="analytics_table"),
        path("analytics/article/<int:pk>/", ArticleReportView.as_view(), name="analytics_article"),
        path("analytics/section/<int:pk>/", SectionReportView.as_view(), name="analytics_section"),
        path("analytics/author/<int:pk>/", AuthorReportView.as_view(), name="analytics_author"),
        path("analytics/now/", NowView.as_view(), name="analytics_now"),
        path("analytics/options/<slug:kind>/", OptionsView.as_view(), name="analytics_options"),
        path("analytics/newsroom/", NewsroomReportView.as_view(), name="analytics_newsroom"),
        path("analytics/quality/", DataQualityView.as_view(), name="analytics_quality"),
    ]


hooks.register("register_page_listing_more_buttons", report_buttons)
hooks.register("register_page_header_buttons", report_buttons)


@hooks.register("register_admin_menu_item")
def register_analytics_menu_item() -> AnalyticsMenuItem:
    return AnalyticsMenuItem(
        _("Analytics"),
        reverse_lazy("analytics_overview"),
        name="analytics",
        icon_name="view",
        order=150,
    )


@hooks.register("register_reports_menu_item")
def register_data_quality_menu_item() -> DataQualityMenuItem:
    return DataQualityMenuItem(
        _("Data quality"),
        reverse_lazy("analytics_quality"),
        name="data-quality",
        icon_name="clipboard-list",
        order=120,
    )


@hooks.register("register_reports_menu_item")
def register_newsroom_menu_item() -> AnalyticsMenuItem:
    return AnalyticsMenuItem(
        _("Newsroom"),
        reverse_lazy("analytics_newsroom"),
        name="newsroom",
        icon_name="doc-full",
        order=110,
    )


@hooks.register("register_reports_menu_item")
def register_readership_menu_item() -> ReadershipMenuItem:
    return ReadershipMenuItem(
        _("Readership"),
        reverse_lazy("readership_report"),
        name="readership",
        icon_name="view",
        order=100,
    )


@hooks.register("construct_homepage_panels")
def add_newsroom_panels(request: HttpRequest, panels: list[Component]) -> None:
    panels += [DraftsPanel(), MostReadPanel(), SchedulePanel()]


hooks.register("before_publish_page", ask_for_reason)
hooks.register("before_bulk_action", refuse_in_bulk)


@hooks.register("register_admin_urls")
def register_emergency_publish() -> list[URLPattern]:
    view = EmergencyPublishView.as_view()
    return [path("pages/<int:pk>/publish-at-once/", view, name="publish_without_approval")]


hooks.register("register_snippet_listing_buttons", offer_merge)


@hooks.register("register_admin_urls")
def register_tag_merge() -> list[URLPattern]:
    return [path("tags/<int:pk>/merge/", MergeTagView.as_view(), name="merge_tag")]


@hooks.register("register_log_actions")
def register_publish_without_approval(actions: LogActionRegistry) -> None:
    @actions.register_action(WITHOUT_APPROVAL)
    class WithoutApprovalFormatter(LogFormatter):
        label = _("Publish without approval")
        message = _("Published without approval")

        def format_comment(self, log_entry: ModelLogEntry) -> str:
            return log_entry.data.get("comment", "")


@hooks.register("register_admin_urls")
def register_expired_pictures() -> list[URLPattern]:
    view = ExpiredPicturesView
    return [
        path("reports/expired-pictures/", view.as_view(), name="expired_pictures"),
        path(
            "reports/expired-pictures/results/",
            view.as_view(results_only=True),
            name="expired_pictures_results",
        ),
    ]


@hooks.register("register_reports_menu_item")
def register_expired_pictures_menu_item() -> ExpiredPicturesMenuItem:
    return ExpiredPicturesMenuItem(
        _("Rights of use of pictures"),
        reverse_lazy("expired_pictures"),
        name="expired-pictures",
        icon_name="image",
        order=900,
    )
