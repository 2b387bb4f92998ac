"""Pictures and structured data for the public templates."""

import re
from decimal import Decimal
from html import unescape
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from news import embeds, renditions, search, structured_data
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
def social_image_url(article: ArticlePage, root_url: str) -> str:
    return next(iter(structured_data.images(article, root_url)), "")


@register.simple_tag(takes_context=True)
def article_data(
    context: Context,
    article: ArticlePage,
    name: str,
    root_url: str,
    publisher: str = "",
    more: dict[str, Any] | None = None,
) -> SafeString:
    """Return the structured data of an article page; `more` is added to the article's own."""
    organization = structured_data.organization(name, f"{root_url}/", legal_name=publisher)
    request: HttpRequest = context["request"]
    tags = context.get("tags") or []
    blocks = [
        structured_data.news_article(article, request, publisher=organization, tags=tags)
        | (more or {}),
        structured_data.breadcrumbs(article, request, home=name),
    ]
    return SafeString("".join(structured_data.script(block) for block in blocks))


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


@register.filter
def with_anchors(html: str, heading: str = "") -> SafeString:
    """Give the headings inside rich text an anchor; `heading` is the level to use for h3."""

    def anchored(match: re.Match[str]) -> str:
        level = heading or "h3" if match[1] == "h3" else match[1]
        slug = slugify(unescape(strip_tags(match[2])))
        anchor = f' id="s-{slug}"' if slug else ""
        return f"<{level}{anchor}>{match[2]}</{level}>"

    return mark_safe(re.sub(r"<(h[23])>(.*?)</\1>", anchored, str(html)))  # noqa: S308
