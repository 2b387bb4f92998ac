"""Reader comments in the article's template: the jump link, and thread with form."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.utils import timezone
from django.utils.safestring import SafeString

from cms.page_cache import fragments
from news.comments import discussion, policy, sections, structured_data
from news.comments.models import CommentSettings
from news.comments.policy import Policy
from news.models import ArticlePage, SectionPage

register = template.Library()


@register.inclusion_tag("reader_comments/jump_link.html", takes_context=True)
def comment_jump_link(context: Context, page: ArticlePage) -> dict[str, Any]:
    return _context(context, page)


@register.simple_tag(takes_context=True)
def comment_section(context: Context, page: ArticlePage) -> SafeString:
    request = context.get("request")
    return sections.below(page, request) if request else SafeString("")


@register.simple_tag(takes_context=True)
def comment_data(context: Context, page: ArticlePage) -> dict[str, Any]:
    """Return what the article's structured data say about its comments."""
    request = context.get("request")
    found = discussion.of(page, request) if request else None
    if found is None:
        return {}
    if not page.live or getattr(request, "is_preview", False):
        return structured_data.comments(found)
    return fragments.kept(
        ("comment_data", page.pk, found.is_visible),
        lambda: structured_data.comments(found),
        tags=discussion.cache_tags(page),
    )


@register.simple_tag
def effective_comments(page: ArticlePage | SectionPage, request: HttpRequest) -> Policy | None:
    """Return what holds for readers, and who says so; None for a page that was never saved."""
    if not page.pk:
        return None
    settings = CommentSettings.of(request)
    if isinstance(page, SectionPage):
        return policy.for_section(page, settings=settings)
    return policy.effective(page, settings=settings, now=timezone.now())


@register.simple_tag
def comments_may_open() -> bool:
    return policy.may_open()


def _context(context: Context, page: ArticlePage) -> dict[str, Any]:
    request = context.get("request")
    return {
        "discussion": discussion.of(page, request) if request else None,
        "page": page,
        "request": request,
    }
