"""What an article still lacks before it is good to publish: a side panel of the editor."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.forms import Media
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.admin.userbar import ContentCheckerItem
from wagtail.documents import get_document_model
from wagtail.models import Page
from wagtail.rich_text import RichText

from news import publishing, references, renditions
from news.admin import typed_links
from news.models import ArticlePage, NewsImage

HEADLINE_AT_MOST = 90
# Where the fields stand in Wagtail's form.
FORM = "panel-child-content"


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
    is_decorative: bool = False


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
    if not (article.standfirst or "").strip():
        found.append(Finding(_("There is no standfirst."), "id_standfirst"))
    if not article.authors:
        found.append(Finding(_("There is no author."), f"{FORM}-authors-section"))
    for shown in pictures(article):
        found += picture_findings(shown)
    if dead := dead_link_count(article):
        text = ngettext(
            "%(count)d link leads to an unpublished page or a missing document.",
            "%(count)d links lead to unpublished pages or missing documents.",
            dead,
        ) % {"count": dead}
        found.append(Finding(text, f"{FORM}-body-section"))
    if not article.tags.all():
        found.append(Finding(_("There is no tag."), f"{FORM}-tags-section"))
    if article.social_image and not renditions.may_be_shown(article.social_image):
        text = _("“%(title)s” is not shown on social networks: the right of use has ended.")
        name = {"title": article.social_image.title}
        found.append(Finding(text % name, "id_social_image-chooser"))
    return found


def picture_findings(shown: ShownPicture) -> Iterator[Finding]:
    name = {"title": shown.image.title}
    if not (shown.alternative_text or shown.is_decorative):
        yield Finding(_("“%(title)s” has no alternative text.") % name, shown.anchor)
    if not shown.image.credit:
        yield Finding(_("“%(title)s” has no credit.") % name, shown.anchor)
    if not renditions.may_be_shown(shown.image):
        text = _("“%(title)s” is not shown: the right of use has ended.") % name
        yield Finding(text, shown.anchor)


def pictures(article: ArticlePage) -> Iterator[ShownPicture]:
    """Every picture of the text, the lead first."""
    if article.lead_image:
        yield ShownPicture(
            article.lead_image, article.lead_alternative_text, f"{FORM}-lead_picture-section"
        )
    for block in article.body or ():
        values = {"image": [block.value], "gallery": []}.get(block.block_type, [])
        if block.block_type == "gallery":
            values = block.value.get("pictures") or []
        for value in values:
            if image := value.get("image"):
                yield ShownPicture(
                    image,
                    value.alternative_text_here,
                    f"block-{block.id}-section",
                    is_decorative=bool(value.get("is_decorative")),
                )


def dead_link_count(article: ArticlePage) -> int:
    """Return to how many pages and documents the article links that readers do not get."""
    named = references.named_in(article.body)
    picks = {row.related_id for row in article.related_picks.all() if row.related_id}
    pages, documents = picks | set(named.pages), set(named.documents)
    alive = Page.objects.live().filter(pk__in=pages).count() if pages else 0
    kept = get_document_model().objects.filter(pk__in=documents).count() if documents else 0
    texts = (source for block in article.body or () for source in _sources(block.value))
    typed = typed_links.dead(typed_links.own_paths(texts))
    return len(pages) - alive + len(documents) - kept + len(typed)


def _sources(value: Any) -> Iterator[str]:
    if isinstance(value, RichText):
        yield value.source
    elif hasattr(value, "values"):
        for part in value.values():
            yield from _sources(part)


class TextChecker(ContentCheckerItem):
    """Wagtail's checks of headings, links and pictures, for what editors write and no more."""

    axe_include = ["main"]
    axe_exclude = [".comments", ".comment-jump", ".related", ".reading__side"]


def check_text_only(request: Any, items: list[Any], page: Page | None) -> None:
    items[:] = [
        TextChecker(in_editor=item.in_editor) if isinstance(item, ContentCheckerItem) else item
        for item in items
    ]


class ContentChecksPanel(BaseSidePanel):
    """Lists the findings; every time the draft is saved Wagtail puts the new list in its place."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        icon_name = "tasks"
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
        self.word_count = publishing.count_words(article)
        self.reading_minutes = publishing.reading_minutes(self.word_count)

    @property
    def title(self) -> str:
        return _("Before publishing")

    @property
    def media(self) -> Media:
        return Media(css={"all": ["news/admin.css"]})
