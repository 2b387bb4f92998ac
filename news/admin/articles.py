"""Articles in the admin: how they are edited and how they are listed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, NumberColumn
from wagtail.admin.ui.tables.pages import ParentPageColumn
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.views.pages.listing import IndexView, PageFilterSet
from wagtail.admin.viewsets.pages import PageListingViewSet, PageViewSet
from wagtail.models import Page
from wagtail.permissions import policy_registry

from analytics import figures
from news.admin.content_checks import ContentChecksPanel
from news.models import ArticlePage, Author, SectionPage
from news.reports import VIEW, SectionFilter
from news.staff_reports.article_views import ReadershipPanel

# Columns that rooms beside the newsroom add: name -> (heading, what to count for an article).
_counts: dict[str, tuple[Any, Callable[[], Combinable]]] = {}


def register_count(name: str, label: Any, expression: Callable[[], Combinable]) -> None:
    """Let the list of articles show a number, called `name` in its queryset."""
    _counts[name] = (label, expression)


class ArticleCreateView(CreateView):
    def get_side_panels(self) -> MediaContainer:
        return MediaContainer(
            [*super().get_side_panels(), ContentChecksPanel(self.page, self.request)]
        )


class ArticleEditView(EditView):
    def get_side_panels(self) -> MediaContainer:
        panels = [*super().get_side_panels(), ContentChecksPanel(self.page, self.request)]
        # Saving a draft changes nothing about its readers.
        is_whole_page = not self.expects_json_response
        if is_whole_page and ReadershipPanel.is_shown(self.page, self.request.user):
            panels.append(ReadershipPanel(self.page, self.request))
        return MediaContainer(panels)


class ArticleViewSet(PageViewSet):
    model = ArticlePage
    add_view_class = ArticleCreateView
    edit_view_class = ArticleEditView


class ArticleFilterSet(PageFilterSet):
    section = SectionFilter(
        label=_("Section"), queryset=lambda request: SectionPage.objects.order_by("path")
    )
    author = django_filters.ModelChoiceFilter(
        label=_("Author"), field_name="article_authors__author", queryset=Author.objects.all()
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        method="by_status",
        choices=[
            ("live", _("Published")),
            ("draft", _("Not published")),
            ("changed", _("Published, with a newer draft")),
        ],
    )
    is_sensitive = django_filters.BooleanFilter(label=_("Sensitive"))

    class Meta:
        model = ArticlePage
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An article has nothing below it.
        del self.filters["has_child_pages"]

    def by_status(self, articles: QuerySet, name: str, value: str) -> QuerySet:
        states = {
            "live": {"live": True},
            "draft": {"live": False},
            "changed": {"live": True, "has_unpublished_changes": True},
        }
        return articles.filter(**states[value])


class ArticleIndexView(IndexView):
    """Every article of the newsroom, whatever section it stands in."""

    page_title = _("Articles")
    base_filterset_class = ArticleFilterSet

    @cached_property
    def columns(self) -> list[BaseColumn]:
        by_name = {column.name: column for column in self.base_columns}
        columns = [
            by_name["bulk_actions"],
            by_name["title"],
            ParentPageColumn("parent", label=_("Section")),
            Column("authors", label=_("Authors"), accessor=author_names),
            DateColumn("first_published_at", label=_("Published"), sort_key="first_published_at"),
            by_name["status"],
        ]
        numbers = [(name, label) for name, (label, _expression) in _counts.items()]
        if self.shows_visits:
            numbers.append(("week_visits", _("Visits in 7 days")))
        return columns + [NumberColumn(name, label=text, sort_key=name) for name, text in numbers]

    @cached_property
    def shows_visits(self) -> bool:
        return self.request.user.has_perm(VIEW)

    def annotate_queryset(self, pages: QuerySet) -> QuerySet:
        articles = super().annotate_queryset(pages).with_authors()
        numbers = {name: expression() for name, (_label, expression) in _counts.items()}
        if self.shows_visits:
            today = timezone.localdate()
            numbers["week_visits"] = figures.period_sum("visits", today - timedelta(days=6), today)
        return articles.annotate(**numbers)


def author_names(article: ArticlePage) -> str:
    return ", ".join(author.name for author in article.authors)


class ArticlesMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        policy = policy_registry.get_by_type(Page)
        return policy.user_has_any_permission(
            request.user, ArticleIndexView.any_permission_required
        )


class ArticleListingViewSet(PageListingViewSet):
    model = ArticlePage
    name = "articles"
    icon = "doc-full"
    menu_icon = "doc-full"
    menu_label = _("Articles")
    menu_order = 90
    add_to_admin_menu = True
    menu_item_class = ArticlesMenuItem
    index_view_class = ArticleIndexView
    filterset_class = ArticleFilterSet
    columns = PageListingViewSet.UNDEFINED  # they depend on who asks: the view knows
