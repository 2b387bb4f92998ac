"""The newest comments of an article as a feed."""

from datetime import datetime

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from news.comments import text
from news.comments.discussion import Discussion
from news.comments.models import ReaderComment

LENGTH = 50


class CommentFeed(Feed):  # type: ignore[type-arg]  # not generic when it runs
    feed_type = Atom1Feed
    item_guid_is_permalink = False

    def get_object(self, request: HttpRequest, shown: Discussion) -> Discussion:
        return shown

    def title(self, shown: Discussion) -> str:
        return str(_("Comments on “%s”") % shown.article.title)

    def link(self, shown: Discussion) -> str:
        return f"{shown.article.get_url()}#comments"

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
        return str(reverse("reader_comments:show", args=[comment.pk]))

    def item_guid(self, comment: ReaderComment) -> str:
        return f"urn:x-redaktion:comment:{comment.pk}"

    def item_pubdate(self, comment: ReaderComment) -> datetime | None:
        return comment.published_at

    def item_updateddate(self, comment: ReaderComment) -> datetime | None:
        return comment.edited_at or comment.published_at
