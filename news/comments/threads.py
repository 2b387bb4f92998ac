"""Closing the thread of an article in one act."""

from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from cms.page_cache.tags import invalidate
from news.comments.models import CommentHold, HoldKind, ReaderComment
from news.models import ArticlePage, CommentMode

CLOSE = "reader_comments.close"


def close(article: ArticlePage, *, user: Any) -> None:
    """Take no more comments; what waits is held and says so, what confirms later likewise.

    The newest draft is closed too: publishing it must not open the thread again.
    """
    with transaction.atomic():
        ArticlePage.objects.filter(pk=article.pk).update(comment_mode=CommentMode.CLOSED)
        draft = article.latest_revision
        if draft:
            draft.content["comment_mode"] = CommentMode.CLOSED.value
            draft.save(update_fields=["content"])
        waiting = ReaderComment.objects.for_article(article.pk).pending()
        known = CommentHold.objects.filter(kind=HoldKind.CLOSED).values("comment")
        CommentHold.objects.bulk_create(
            CommentHold(comment=comment, kind=HoldKind.CLOSED)
            for comment in waiting.exclude(pk__in=known)
        )
        log(article, CLOSE, user=user)
        invalidate(f"page:{article.pk}")
