"""What stands below an article, rendered once for all: only the ticket is each reader's own."""

import secrets

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from cms.page_cache import fragments
from news.comments import discussion
from news.comments.discussion import Discussion
from news.comments.forms import CommentForm, issue_ticket, shown_texts
from news.models import ArticlePage

# Stands where the ticket goes; nobody can write it into a comment, because nobody knows it.
PLACE = secrets.token_urlsafe(24)


class FormToKeep(CommentForm):
    """The empty form of an article, with room for the ticket."""

    @property
    def ticket_value(self) -> str:
        return PLACE


def below(article: ArticlePage, request: HttpRequest) -> SafeString:
    """Return thread and form of an article; nothing for a draft that was never saved."""
    shown = discussion.of(article, request)
    if shown is None or not shown.is_visible:
        return SafeString("")
    if not article.live or getattr(request, "is_preview", False):
        html = _rendered(shown)
    else:
        ids = [text.pk for text in shown_texts(shown.texts)] if shown.is_open else []
        key = ("below", article.pk, translation.get_language(), *ids, shown.form_privacy_url)
        html = fragments.kept(key, lambda: _rendered(shown), tags=discussion.cache_tags(article))
    if not shown.is_open:
        return SafeString(html)
    ticket = issue_ticket(article, shown.texts, now=shown.now)
    return SafeString(html.replace(PLACE, ticket))


def _rendered(shown: Discussion) -> str:
    form = None
    if shown.is_open:
        form = FormToKeep(
            article=shown.article,
            texts=shown.texts,
            privacy_url=shown.form_privacy_url,
            now=shown.now,
        )
    context = {
        "discussion": shown,
        "page": shown.article,
        "request": shown.request,
        "form": form,
    }
    return render_to_string("reader_comments/section.html", context)
