"""What an article still lacks before it is good to publish: a side panel of the editor."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.models import Page
from wagtail.rich_text import RichText

from news import renditions
from news.models import ArticlePage, NewsImage

HEADLINE_AT_MOST = 90
_LINKED_PAGE = re.compile(r'<a [^>]*linktype="page"[^>]*>')
_ID = re.compile(r'\bid="(\d+)"')


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend; `anchor` leads to the field."""

    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture at one place of an article, with the words it carries there."""

    image: NewsImage
    alternative_text: str
    anchor: str


def findings(article: ArticlePage) -> list[Finding]:
    """Return what is missing or wrong, in the order of the form."""
    found = []
    if len(article.title) > HEADLINE_AT_MOST:
        text = ngettext(
            "The headline is longer than %(limit)d character.",
            "The headline is longer than %(limit)d characters.",
            HEADLINE_AT_MOST,
        ) % {"limit": HEADLINE_AT_MOST}
        found.append(Finding(text, "id_title"))
    if not article.standfirst.strip():
        found.append(Finding(_("There is no standfirst."), "id_standfirst"))
    for shown in pictures(article):
        found += picture_findings(shown)
    if linked := linked_page_ids(article):
        alive = set(Page.objects.live().filter(pk__in=linked).values_list("pk", flat=True))
        if dead := linked - alive:
            text = ngettext(
                "%(count)d link leads to a page that is not published.",
                "%(count)d links lead to pages that are not published.",
                len(dead),
            ) % {"count": len(dead)}
            found.append(Finding(text, "panel-child-content-body-section"))
    if not article.tags.all():
        found.append(Finding(_("There is no tag."), "id_tags"))
    return found


def picture_findings(shown: ShownPicture) -> Iterator[Finding]:
    name = {"title": shown.image.title}
    if not (shown.alternative_text or shown.image.description):
        yield Finding(_("“%(title)s” has no alternative text.") % name, shown.anchor)
    if not shown.image.credit:
        yield Finding(_("“%(title)s” has no credit.") % name, shown.anchor)
    if not renditions.may_be_shown(shown.image):
        text = _("“%(title)s” is not shown: the right of use has ended.") % name
        yield Finding(text, shown.anchor)


def pictures(article: ArticlePage) -> Iterator[ShownPicture]:
    """Every picture of the article, the lead first."""
    if article.lead_image:
        yield ShownPicture(
            article.lead_image,
            article.lead_image_alternative_text,
            "panel-child-content-lead_picture-section",
        )
    for block in article.body or ():
        values = {"image": [block.value], "gallery": []}.get(block.block_type, [])
        if block.block_type == "gallery":
            values = block.value.get("pictures") or []
        for value in values:
            if image := value.get("image"):
                alternative_text = value.get("alternative_text") or ""
                yield ShownPicture(image, alternative_text, f"block-{block.id}-section")


def linked_page_ids(article: ArticlePage) -> set[int]:
    """The pages that texts and boxes of the article link to."""
    ids = set()
    for block in article.body or ():
        if block.block_type == "read_also":
            article_linked = block.value.get("article")
            ids |= {article_linked.pk} if article_linked else set()
        for source in _sources(block.value):
            for link in _LINKED_PAGE.findall(source):
                ids |= {int(match) for match in _ID.findall(link)}
    return ids


def _sources(value: Any) -> Iterator[str]:
    if isinstance(value, RichText):
        yield value.source
    elif hasattr(value, "values"):
        for part in value.values():
            yield from _sources(part)


class ContentChecksPanel(BaseSidePanel):
    """Lists the findings for the last saved draft; its toggle counts them."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        icon_name = "check"
        counter_classname = "w-bg-critical-200"

        @property
        def aria_label(self) -> str:
            return _("Toggle content checks")

        def get_context_data(self, parent_context: Any) -> dict[str, Any]:
            return super().get_context_data(parent_context) | {"count": len(self.panel.findings)}

    name = "content-checks"
    template_name = "news/admin/content_checks.html"
    order = 250

    def __init__(self, article: ArticlePage, request: Any) -> None:
        super().__init__(article, request)
        self.findings = findings(article)

    @property
    def title(self) -> str:
        return _("Content checks")
