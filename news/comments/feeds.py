"""The newest comments of an article as a feed."""

from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cms.page_cache.tags import tag_response
from news.comments import discussion, text
from news.comments.discussion import Discussion
from news.comments.models import ReaderComment
from news.models import ArticlePage

LENGTH = 50


class CommentFeed(Feed):
    feed_type = Atom1Feed
    item_guid_is_permalink = False

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().__call__(request, *args, **kwargs)
        tag_response(response, *discussion.cache_tags(request.comment_feed_article))
        return response

    def get_object(self, request: HttpRequest, page_id: int) -> Discussion:
        article = get_object_or_404(
            ArticlePage.objects.published().select_related("locale"),
            pk=page_id,
            locale__language_code=translation.get_language(),
        )
        found = discussion.of(article, request)
        if found is None or not found.is_visible:
            raise Http404
        request.comment_feed_article = article  # type: ignore[attr-defined]
        return found

    def title(self, shown: Discussion) -> str:
        return _("Comments on “%s”") % shown.article.title

    def link(self, shown: Discussion) -> str:
        return f"{shown.article.url}#comments"

    def items(self, shown: Discussion) -> list[ReaderComment]:
        comments = ReaderComment.objects.for_article(shown.article.pk).published()
        return list(comments.order_by("-published_at", "-pk")[:LENGTH])

    def item_title(self, comment: ReaderComment) -> str:
        return text.clean_line(comment.name)

    def item_author_name(self, comment: ReaderComment) -> str:
        return text.clean_line(comment.name)

    def item_description(self, comment: ReaderComment) -> SafeString:
        return text.render(text.clean_text(comment.text))

    def item_link(self, comment: ReaderComment) -> str:
        return reverse("reader_comments:show", args=[comment.pk])

    def item_guid(self, comment: ReaderComment) -> str:
        return f"urn:x-redaktion:comment:{comment.pk}"

    def item_pubdate(self, comment: ReaderComment) -> datetime | None:
        return comment.published_at

    def item_updateddate(self, comment: ReaderComment) -> datetime | None:
        return comment.edited_at or comment.published_at
