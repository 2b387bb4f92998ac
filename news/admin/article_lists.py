"""Articles in lists of the admin: all of them, and a section's in the page explorer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, NumberColumn
from wagtail.admin.ui.tables.pages import PageTitleColumn, ParentPageColumn
from wagtail.admin.views.pages.listing import (
    ExplorableIndexView,
    GenericPageFilterSet,
    IndexView,
    PageFilterSet,
)
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.models import Page
from wagtail.permissions import policy_registry

from analytics import figures
from news.models import ArticleAuthor, ArticlePage, Author, SectionPage
from news.reports import VIEW, SectionFilter

VISITS = "week_visits"
# More than anybody leafs through; the rest is found with another word or a filter.
FOUND_AT_MOST = 500

# Columns that rooms beside the newsroom add: name -> (heading, what to count for an article).
_counts: dict[str, tuple[Any, Callable[[], Combinable]]] = {}


def register_count(name: str, label: Any, expression: Callable[[], Combinable]) -> None:
    """Let the lists of articles show, order and filter by a number called `name`."""
    _counts[name] = (label, expression)


def may_see_visits(user: Any) -> bool:
    return bool(user.has_perm(VIEW))


def numbers(user: Any) -> dict[str, tuple[Any, Combinable]]:
    """Return name -> (heading, expression) of the numbers this user may see of an article."""
    found = {name: (label, expression()) for name, (label, expression) in _counts.items()}
    if may_see_visits(user):
        today = timezone.localdate()
        visits = figures.period_sum("visits", today - timedelta(days=6), today)
        found[VISITS] = (_("Visits in 7 days"), visits)
    return found


class AtLeastFilter(django_filters.NumberFilter):
    """A number that has to be reached."""

    def __init__(self, name: str, label: Any) -> None:
        super().__init__(field_name=name, lookup_expr="gte", label=label, min_value=0)


class NewsroomFilters(PageFilterSet):
    """What a newsroom asks of a list; `articles` leads from its rows to the article."""

    articles = ""

    status = django_filters.ChoiceFilter(
        label=_("Status"),
        method="by_status",
        choices=[
            ("live", _("Published")),
            ("draft", _("Not published")),
            ("changed", _("Published, with a newer draft")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, _expression) in numbers(self.request.user).items():
            text = _("%(what)s, at least") % {"what": label}
            self.filters[name] = AtLeastFilter(name, text)
            self.filters[name].parent, self.filters[name].model = self, self._meta.model

    def by_status(self, pages: QuerySet, name: str, value: str) -> QuerySet:
        states = {
            "live": {"live": True},
            "draft": {"live": False},
            "changed": {"live": True, "has_unpublished_changes": True},
        }
        return pages.filter(**states[value])


class ArticleFilterSet(NewsroomFilters):
    section = SectionFilter(
        label=_("Section"), queryset=lambda request: SectionPage.objects.order_by("path")
    )
    author = django_filters.ModelChoiceFilter(
        label=_("Author"), field_name="article_authors__author", queryset=Author.objects.all()
    )
    is_sensitive = django_filters.BooleanFilter(label=_("Sensitive"))

    class Meta:
        model = ArticlePage
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An article has nothing below it.
        del self.filters["has_child_pages"]


class SectionContentFilterSet(NewsroomFilters, GenericPageFilterSet):
    author = django_filters.ModelChoiceFilter(
        label=_("Author"),
        field_name="articlepage__article_authors__author",
        queryset=Author.objects.all(),
    )
    is_sensitive = django_filters.BooleanFilter(
        label=_("Sensitive"), field_name="articlepage__is_sensitive"
    )

    class Meta:
        model = Page
        fields: list[str] = []


class NewsroomListing:
    """Columns of a newsroom, before one of Wagtail's views of pages."""

    shows_section = True

    @cached_property
    def columns(self) -> list[BaseColumn]:
        by_name = {column.name: column for column in self.base_columns}
        columns = [
            by_name["bulk_actions"],
            PageTitleColumn(
                "title", label=_("Title"), sort_key="title", classname="title", width="36%"
            ),
            Column("authors", label=_("Authors"), accessor=author_names),
            DateColumn("first_published_at", label=_("Published"), sort_key="first_published_at"),
            by_name["status"],
        ]
        if self.shows_section:
            columns.insert(2, ParentPageColumn("parent", label=_("Section")))
        shown = numbers(self.request.user).items()
        return columns + [
            NumberColumn(name, label=text, sort_key=name) for name, (text, _e) in shown
        ]

    def annotate_queryset(self, pages: QuerySet) -> QuerySet:
        shown = numbers(self.request.user).items()
        return (
            super()
            .annotate_queryset(pages)
            .annotate(**{name: expression for name, (_label, expression) in shown})
        )

    def search_queryset(self, pages: QuerySet) -> QuerySet:
        """Keep what the search finds; its index knows neither our numbers nor authors."""
        if not self.is_searching:
            return super().search_queryset(pages)
        found = self.model._default_manager.autocomplete(self.search_query)
        return pages.filter(pk__in=[page.pk for page in found[:FOUND_AT_MOST]])

    def order_queryset(self, pages: QuerySet) -> QuerySet:
        if self.is_searching and not self.is_explicitly_ordered:
            return pages.order_by("-latest_revision_created_at", "-pk")
        if self.ordering and self.ordering.lstrip("-") in numbers(self.request.user):
            return pages.order_by(self.ordering, "-first_published_at", "-pk")
        return super().order_queryset(pages)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        with_authors(context["object_list"])
        return context


def with_authors(pages: Iterable[Page]) -> None:
    """Have the authors of every article among the pages at hand; one query."""
    articles = [page for page in pages if isinstance(page, ArticlePage)]
    rows = ArticleAuthor.objects.select_related("author")
    prefetch_related_objects(articles, Prefetch("article_authors", queryset=rows))


def author_names(page: Page) -> str:
    return ", ".join(author.name for author in getattr(page, "authors", ()))


class ArticleIndexView(NewsroomListing, IndexView):
    """Every article of the newsroom, whatever section it stands in."""

    page_title = _("Articles")
    base_filterset_class = ArticleFilterSet


class SectionIndexView(NewsroomListing, ExplorableIndexView):
    """What stands in a section, as the explorer shows it."""

    base_filterset_class = SectionContentFilterSet
    shows_section = False

    def __init__(self, **kwargs: Any) -> None:
        # Wagtail would ask for the articles alone; sections stand beside them.
        super().__init__(**kwargs | {"model": Page})


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
