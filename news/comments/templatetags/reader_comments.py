"""Reader comments in the article's template: the jump link, and thread with form."""

from typing import Any

from django import template
from django.template.context import Context

from news.comments import discussion
from news.models import ArticlePage

register = template.Library()


@register.inclusion_tag("reader_comments/jump_link.html", takes_context=True)
def comment_jump_link(context: Context, page: ArticlePage) -> dict[str, Any]:
    return _context(context, page)


@register.inclusion_tag("reader_comments/section.html", takes_context=True)
def comment_section(context: Context, page: ArticlePage) -> dict[str, Any]:
    found = _context(context, page)
    shown = found["discussion"]
    return found | {"form": shown.form() if shown and shown.is_open else None}


def _context(context: Context, page: ArticlePage) -> dict[str, Any]:
    request = context.get("request")
    return {
        "discussion": discussion.of(page, request) if request else None,
        "page": page,
        "request": request,
    }
