"""Pictures and structured data for the public templates."""

from decimal import Decimal
from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from wagtail.blocks import StreamValue
from wagtail.rich_text import RichText

from news import embeds, reading, references, renditions, search, structured_data
from news.anchors import Anchors
from news.models import ArticlePage, NewsImage

register = template.Library()


@register.inclusion_tag("components/picture.html")
def picture(
    image: NewsImage | None,
    shape: str = "card",
    sizes: str = "100vw",
    alt: str = "",
    is_priority: bool = False,
) -> dict[str, Any]:
    """Show a picture, or nothing if there is none or the right to use it has ended."""
    if image is None or not renditions.may_be_shown(image):
        return {}
    return {
        "picture": renditions.picture(image, shape),
        "sizes": sizes,
        "alt": alt,
        "is_priority": is_priority,
    }


@register.filter
def may_be_shown(image: NewsImage | None) -> bool:
    return renditions.may_be_shown(image, today=timezone.localdate())


@register.filter
def highlight(text: str, query: str) -> SafeString:
    return search.highlight(text, query)


@register.simple_tag
def social_image(article: ArticlePage, root_url: str) -> dict[str, Any]:
    """Return address and size of the picture that networks show, or nothing."""
    for address, picture in structured_data.shared_pictures(article, root_url):
        return {"url": address, "width": picture.width, "height": picture.height}
    return {}


@register.simple_tag(takes_context=True)
def article_parts(context: Context, article: ArticlePage, frame: Any) -> reading.Parts | None:
    """Return the rendered parts of an article, given the frame it stands in."""
    if not frame:
        return None
    masthead = frame.masthead
    publisher = reading.Publisher(masthead.name, frame.root_url, masthead.publisher)
    return reading.parts(article, context["request"], publisher, frame.canonical_url)


@register.simple_tag
def article_data(parts: reading.Parts, more: structured_data.Data | None = None) -> SafeString:
    """Return the structured data of an article page; `more` is added to the article's own."""
    return SafeString(structured_data.script(parts.data | (more or {})) + parts.scripts)


@register.simple_tag
def organization_data(name: str, root_url: str, publisher: str = "") -> SafeString:
    """Return the structured data of the front page."""
    data = structured_data.organization(name, f"{root_url}/", legal_name=publisher)
    return structured_data.script({"@context": "https://schema.org"} | data)


@register.filter
def embed_address(url: str) -> str:
    return embeds.frame_address(url)


@register.filter
def host(url: str) -> str:
    return embeds.host(url)


@register.filter
def printed_number(number: Decimal | None) -> str:
    """Write a number as the language does; four digits or fewer, as in years, stay whole."""
    if number is None:
        return ""
    return number_format(number, use_l10n=True, force_grouping=abs(number) >= 10_000)


@register.simple_tag(takes_context=True)
def anchor(context: Context, heading: str) -> str:
    """Return the name of a subheading's anchor."""
    return _anchors(context).name(heading)


@register.simple_tag(takes_context=True)
def anchored(context: Context, text: RichText) -> SafeString:
    """Render rich text, its headings with anchors and on the level that the page needs."""
    return mark_safe(_anchors(context).in_html(str(text), context.get("text_heading", "")))  # noqa: S308


@register.simple_tag(takes_context=True)
def prose(context: Context, body: StreamValue) -> SafeString:
    """Render a body; what it refers to is fetched at once."""
    with references.at_hand(body, request=context.get("request")):
        inside = context.flatten() | {"anchors": Anchors()}
        return SafeString("".join(block.render(inside) for block in body))


def _anchors(context: Context) -> Anchors:
    """The page's own; a block that is shown alone in the picker has nothing to tell apart."""
    return context.get("anchors") or Anchors()
