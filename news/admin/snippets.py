"""Authors and tags in the admin."""

from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, TitleFieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column, NumberColumn
from wagtail.admin.widgets.slug import SlugInput
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet, SnippetViewSetGroup

from news.models import Author, Tag

ARTICLE_COUNT = NumberColumn("article_count", label=_("Articles"), sort_key="article_count")


class AuthorIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[Author]:
        return super().get_base_queryset().annotate(article_count=Count("article_authors"))


class TagIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[Tag]:
        return super().get_base_queryset().annotate(article_count=Count("article_tags"))


def _name_and_slug() -> list[Any]:
    return [
        TitleFieldPanel("name", placeholder=False),
        FieldPanel("slug", widget=SlugInput),
    ]


class AuthorViewSet(SnippetViewSet):
    model = Author
    icon = "user"
    menu_label = _("Authors")
    menu_name = "authors"
    index_view_class = AuthorIndexView
    list_display = [
        "name",
        Column("role", label=_("Role"), sort_key="role"),
        ARTICLE_COUNT,
        BooleanColumn("is_active", label=_("Active"), sort_key="is_active"),
    ]
    list_filter = ["is_active"]
    # The database itself: an author is found a moment after being added.
    search_backend_name = None
    search_fields = ["name", "role"]
    ordering = ["name"]
    panels = [
        MultiFieldPanel(_name_and_slug(), heading=_("Byline")),
        FieldPanel("role"),
        FieldPanel("biography"),
        FieldPanel("portrait"),
        FieldRowPanel([FieldPanel("email"), FieldPanel("user")], heading=_("Contact and account")),
        FieldPanel("is_active"),
    ]


class TagViewSet(SnippetViewSet):
    model = Tag
    icon = "tag"
    menu_label = _("Tags")
    menu_name = "tags"
    index_view_class = TagIndexView
    list_display = ["name", Column("slug", label=_("Address"), sort_key="slug"), ARTICLE_COUNT]
    search_fields = ["name"]
    ordering = ["name"]
    panels = _name_and_slug()


class NewsroomViewSetGroup(SnippetViewSetGroup):
    """The menu item that holds the newsroom's own vocabulary."""

    items = (AuthorViewSet, TagViewSet)
    menu_label = _("Newsroom")
    menu_name = "newsroom"
    menu_icon = "edit"
    menu_order = 250
    add_to_admin_menu = True
