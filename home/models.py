"""Front page, standard pages and the settings that concern the look."""

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    PageChooserPanel,
)
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from cms.page_cache.tags import tag_response
from news.blocks import StandardBodyBlock


class HomePage(Page):
    """The front page: lead slots picked by editors, filled up with the newest articles."""

    breaking_text = models.CharField(
        _("breaking news"), max_length=160, blank=True, help_text=_("A strip above the leads.")
    )
    breaking_article = models.ForeignKey(
        "news.ArticlePage",
        verbose_name=_("article for breaking news"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    breaking_until = models.DateTimeField(_("show until"), null=True, blank=True)

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["news.SectionPage", "home.StandardPage"]
    template = "home/home_page.html"
    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("breaking_text"),
                PageChooserPanel("breaking_article", "news.ArticlePage"),
                FieldPanel("breaking_until"),
            ],
            heading=_("Breaking news"),
        ),
        InlinePanel("lead_slots", label=_("Lead"), heading=_("Leads"), max_num=8),
    ]

    class Meta:
        verbose_name = _("front page")
        verbose_name_plural = _("front pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from home import front_page

        return super().get_context(request, *args, **kwargs) | front_page.context(self, request)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().serve(request, *args, **kwargs)
        own = (f"page:{self.pk}", f"translations:{self.translation_key}")
        tag_response(response, *own, "navigation", "listings", "ranking")
        return response


class LeadSlot(Orderable):
    """One place at the top of the front page, with optional words and picture of its own."""

    home_page = ParentalKey(HomePage, on_delete=models.CASCADE, related_name="lead_slots")
    article = models.ForeignKey(
        "news.ArticlePage",
        verbose_name=_("article"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    headline = models.CharField(
        _("headline here"),
        max_length=160,
        blank=True,
        help_text=_("Empty takes the article's own."),
    )
    image = models.ForeignKey(
        "news.NewsImage",
        verbose_name=_("picture here"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Empty takes the article's own."),
    )
    until = models.DateTimeField(
        _("until"),
        null=True,
        blank=True,
        help_text=_("From then on, the newest article takes the place."),
    )

    panels = [
        PageChooserPanel("article", "news.ArticlePage"),
        FieldPanel("headline"),
        FieldPanel("image"),
        FieldPanel("until"),
    ]


class StandardPage(Page):
    """Imprint, privacy policy, about us."""

    introduction = models.CharField(_("introduction"), max_length=300, blank=True)
    body = StreamField(StandardBodyBlock(required=False), verbose_name=_("body"), blank=True)

    parent_page_types = ["home.HomePage", "home.StandardPage"]
    subpage_types = ["home.StandardPage"]
    template = "home/standard_page.html"
    content_panels = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("body")]
    search_fields = [*Page.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("standard page")
        verbose_name_plural = _("standard pages")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().serve(request, *args, **kwargs)
        own = (f"page:{self.pk}", f"translations:{self.translation_key}")
        tag_response(response, *own, "navigation", "ranking")
        return response


@register_setting(icon="site")
class Masthead(ClusterableModel, BaseSiteSetting):
    """Name and look of the newspaper, and what search engines are told about it."""

    name = models.CharField(_("name of the newspaper"), max_length=80, default="Redaktion")
    claim_de = models.CharField(_("claim, German"), max_length=120, blank=True)
    claim_en = models.CharField(_("claim, English"), max_length=120, blank=True)
    publisher = models.CharField(_("publisher"), max_length=120, blank=True)
    is_demo = models.BooleanField(
        _("demo"),
        default=False,
        help_text=_("Says on every page that people and firms are invented; not indexed."),
    )
    allows_ai_crawlers = models.BooleanField(
        _("AI crawlers may read the site"),
        default=False,
        help_text=_("Written into robots.txt."),
    )

    panels = [
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("claim_de"), FieldPanel("claim_en")]),
        FieldPanel("publisher"),
        FieldPanel("is_demo"),
        FieldPanel("allows_ai_crawlers"),
        InlinePanel("footer_links", label=_("Page"), heading=_("Pages linked in the footer")),
    ]

    class Meta:
        verbose_name = _("masthead")


class FooterLink(Orderable):
    """A standard page linked at the foot of every page."""

    masthead = ParentalKey(Masthead, on_delete=models.CASCADE, related_name="footer_links")
    page = models.ForeignKey(
        "wagtailcore.Page", verbose_name=_("page"), on_delete=models.CASCADE, related_name="+"
    )

    panels = [FieldPanel("page")]
