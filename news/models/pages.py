"""Sections and articles in the page tree."""

from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import (
    FieldPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    MultipleChooserPanel,
    PageChooserPanel,
    TitleFieldPanel,
)
from wagtail.api import APIField
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page, PageViewRestriction
from wagtail.search import index

from cms.page_cache import fragments
from cms.page_cache.tags import tag_response
from news.blocks import ArticleBodyBlock
from news.models.authors import Author
from news.querysets import ArticleManager, ArticleQuerySet


class CommentMode(models.TextChoices):
    """Whether readers may comment; `INHERIT` asks the section, then the site."""

    INHERIT = "inherit", _("As the section says")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed, published comments stay visible")
    OFF = "off", _("Off, nothing is shown")


class SectionPage(RoutablePageMixin, Page):
    """A section of the newspaper; one level of sections may nest in it."""

    introduction = models.CharField(_("introduction"), max_length=300, blank=True)
    comment_mode = models.CharField(
        _("reader comments"),
        max_length=10,
        choices=CommentMode.choices,
        default=CommentMode.INHERIT,
    )
    comment_days = models.PositiveSmallIntegerField(
        _("close comments after days"),
        null=True,
        blank=True,
        help_text=_(
            "Days after an article's publication; 0 means never, empty takes what holds above."
        ),
    )

    parent_page_types = ["home.HomePage", "news.SectionPage"]
    subpage_types = ["news.SectionPage", "news.ArticlePage"]
    template = "news/section_page.html"
    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    settings_panels = [
        *Page.settings_panels,
        FieldPanel("comment_mode"),
        FieldPanel("comment_days"),
        HelpPanel(template="reader_comments/admin/effective_mode.html"),
    ]

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    @classmethod
    def can_create_at(cls, parent: Page) -> bool:
        """Sections nest one level deep."""
        if not super().can_create_at(parent):
            return False
        return not isinstance(parent.get_parent().specific_deferred, SectionPage)

    def can_move_to(self, parent: Page) -> bool:
        if not super().can_move_to(parent):
            return False
        if not isinstance(parent.specific_deferred, SectionPage):
            return True
        parent_is_nested = isinstance(parent.get_parent().specific_deferred, SectionPage)
        return not parent_is_nested and not SectionPage.objects.child_of(self).exists()

    def articles(self) -> ArticleQuerySet:
        """Published articles anywhere below this section, newest first."""
        return ArticlePage.objects.descendant_of(self).published().newest_first()

    @path("")
    def show(self, request: HttpRequest) -> HttpResponse:
        from news import listings

        return listings.section(self, request)

    @path("feed/")
    def feed(self, request: HttpRequest) -> HttpResponse:
        from news.feeds import SectionFeed

        return SectionFeed()(request, section=self)

    @path("feed/atom/")
    def atom_feed(self, request: HttpRequest) -> HttpResponse:
        from news.feeds import SectionAtomFeed

        return SectionAtomFeed()(request, section=self)


def _sections_by_path() -> dict[str, SectionPage]:
    return {section.path: section for section in SectionPage.objects.all()}


class ArticlePage(Page):
    """One article. A draft may lack anything but its headline."""

    kicker = models.CharField(
        _("kicker"), max_length=60, blank=True, help_text=_("A word or two above the headline.")
    )
    standfirst = models.TextField(
        _("standfirst"),
        max_length=400,
        blank=True,
        help_text=_("Two or three sentences that say what the article is about."),
    )
    lead_image = models.ForeignKey(
        "news.NewsImage",
        verbose_name=_("lead picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    lead_image_alternative_text = models.CharField(
        _("alternative text"),
        max_length=250,
        blank=True,
        help_text=_("What the picture shows here; empty takes the picture's own description."),
    )
    lead_image_caption = models.CharField(
        _("caption"),
        max_length=300,
        blank=True,
        help_text=_("Empty takes the picture's own caption."),
    )
    body = StreamField(ArticleBodyBlock(required=False), verbose_name=_("body"), blank=True)
    tags = ClusterTaggableManager(through="news.ArticleTag", blank=True, verbose_name=_("tags"))

    social_image = models.ForeignKey(
        "news.NewsImage",
        verbose_name=_("picture for social networks"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    canonical_url = models.URLField(
        _("canonical address"),
        blank=True,
        help_text=_("Only if the article first appeared elsewhere."),
    )
    is_noindex = models.BooleanField(_("hide from search engines"), default=False)
    is_sensitive = models.BooleanField(
        _("sensitive"),
        default=False,
        help_text=_("Kept out of rankings; comments stay closed unless opened here."),
    )
    significantly_updated_at = models.DateTimeField(
        _("significantly updated at"),
        null=True,
        blank=True,
        help_text=_("Shown to readers. Set it after a change that matters to them."),
    )
    comment_mode = models.CharField(
        _("reader comments"),
        max_length=10,
        choices=CommentMode.choices,
        default=CommentMode.INHERIT,
    )
    # Stored on publish, so that no list has to read the body.
    word_count = models.PositiveIntegerField(default=0, editable=False)
    reading_minutes = models.PositiveSmallIntegerField(default=0, editable=False)

    # Routing finds open articles only and says so, which spares asking a second time.
    is_known_to_be_open = False

    objects = ArticleManager()

    parent_page_types = ["news.SectionPage"]
    subpage_types: list[str] = []
    template = "news/article_page.html"
    content_panels = [
        FieldPanel("kicker"),
        TitleFieldPanel(
            "title",
            heading=_("Headline"),
            placeholder=_("Headline"),
            help_text=_("Short enough to be read at a glance: at most 90 characters."),
        ),
        FieldPanel("standfirst"),
        MultipleChooserPanel(
            "article_authors",
            chooser_field_name="author",
            label=_("Author"),
            heading=_("Authors"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("lead_image"),
                FieldPanel("lead_image_alternative_text"),
                FieldPanel("lead_image_caption"),
            ],
            heading=_("Lead picture"),
        ),
        FieldPanel("body"),
        FieldPanel("tags"),
        InlinePanel("related_picks", label=_("Article"), heading=_("Read also"), max_num=6),
    ]
    promote_panels = [
        *Page.promote_panels,
        MultiFieldPanel(
            [
                FieldPanel("social_image"),
                FieldPanel("canonical_url"),
                FieldPanel("is_noindex"),
            ],
            heading=_("Search engines and social networks"),
        ),
    ]
    settings_panels = [
        *Page.settings_panels,
        FieldPanel("significantly_updated_at"),
        FieldPanel("is_sensitive"),
        FieldPanel("comment_mode"),
        HelpPanel(template="reader_comments/admin/effective_mode.html"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("kicker"),
        index.SearchField("standfirst", boost=2),
        index.SearchField("body"),
        index.RelatedFields("tags", [index.SearchField("name"), index.FilterField("slug")]),
        index.FilterField("first_published_at"),
        index.FilterField("is_sensitive"),
    ]

    api_fields = [
        APIField("kicker"),
        APIField("standfirst"),
        APIField("lead_image"),
        APIField("body"),
        APIField("tags"),
        APIField("significantly_updated_at"),
        APIField("reading_minutes"),
    ]

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    @cached_property
    def sections(self) -> list[SectionPage]:
        """The sections the article stands in, the outermost first; shared, not to be changed."""
        known = fragments.kept(("sections",), _sections_by_path, tags=["navigation"])
        ends = range(self.steplen, len(self.path), self.steplen)
        return [known[path] for end in ends if (path := self.path[:end]) in known]

    @property
    def section(self) -> SectionPage | None:
        """The section the article stands in."""
        return self.sections[-1] if self.sections else None

    @cached_property
    def authors(self) -> list[Author]:
        """The authors in the order of the byline."""
        return [row.author for row in self.article_authors.all() if row.author_id]

    @property
    def lead_alternative_text(self) -> str:
        if self.lead_image_alternative_text or not self.lead_image:
            return self.lead_image_alternative_text
        return self.lead_image.description

    @property
    def lead_caption(self) -> str:
        if self.lead_image_caption or not self.lead_image:
            return self.lead_image_caption
        return self.lead_image.caption

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        from news import previews

        return list(previews.MODES.items())

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        from news import previews

        if mode_name and mode_name in previews.MODES:
            return previews.show(self, request, mode_name)
        return super().serve_preview(request, mode_name)

    def get_view_restrictions(self) -> QuerySet[PageViewRestriction]:
        if self.is_known_to_be_open:
            return PageViewRestriction.objects.none()
        return super().get_view_restrictions()

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from news import reading

        response = super().serve(request, *args, **kwargs)
        # What the page names is known once it is rendered.
        response.add_post_render_callback(
            lambda rendered: tag_response(rendered, *reading.cache_tags(self))
        )
        return response


class ArticleAuthor(Orderable):
    """One name in an article's byline."""

    article = ParentalKey(ArticlePage, on_delete=models.CASCADE, related_name="article_authors")
    author = models.ForeignKey(
        Author, on_delete=models.PROTECT, related_name="article_authors", verbose_name=_("author")
    )

    panels = [FieldPanel("author")]

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(fields=["article", "author"], name="news_articleauthor_unique")
        ]


class ArticleRelation(Orderable):
    """An article that the editor picked for "Read also"."""

    article = ParentalKey(ArticlePage, on_delete=models.CASCADE, related_name="related_picks")
    related = models.ForeignKey(
        ArticlePage, on_delete=models.CASCADE, related_name="+", verbose_name=_("article")
    )

    panels = [PageChooserPanel("related", "news.ArticlePage")]
