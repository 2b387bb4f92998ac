"""Tags are merged; the old address leads to where the articles are now."""

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from wagtail.models import Revision, TaskState

from news import publishing, redirecting
from news.models import ArticlePage, ArticleTag, Tag


def merge(tag: Tag, *, into: Tag) -> int:
    """Give the articles of `tag` the tag `into`, delete `tag`; return how many it were."""
    if tag.pk == into.pk:
        raise ValueError("A tag cannot be merged into itself.")
    with transaction.atomic():
        rows = ArticleTag.objects.filter(tag=tag)
        tagged_ids = publishing.tagged_ids(tag)
        count: int = rows.count()
        known = ArticleTag.objects.filter(tag=into).values("content_object_id")
        rows.exclude(content_object_id__in=known).update(tag=into)
        _merge_in_drafts(tag, into)
        old_addresses = redirecting.addresses(tag)
        tag.delete()
        redirecting.lead(old_addresses, into)
        publishing.tag_changed(into)
        publishing.have_indexed(tagged_ids)
    return count


def _merge_in_drafts(tag: Tag, into: Tag) -> None:
    """Exchange the tag in every draft that may still be published.

    A draft keeps its tags by number, and what it names is gone with its next publishing.
    """
    reviewed = TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS)
    may_go_live = (
        Q(pk__in=ArticlePage.objects.values("latest_revision_id"))
        | Q(pk__in=reviewed.values("revision_id"))
        | Q(approved_go_live_at__isnull=False)
    )
    drafts = Revision.page_revisions.filter(
        may_go_live, content_type=ContentType.objects.get_for_model(ArticlePage)
    )
    # The database narrows down; what only looks alike is left as it is below.
    alike = drafts.alias(text=Cast("content", TextField())).filter(
        text__contains=f'"tag": {tag.pk}'
    )
    for draft in alike.iterator(chunk_size=100):
        rows = draft.content.get("article_tags", [])
        has_both = any(row["tag"] == into.pk for row in rows)
        draft.content["article_tags"] = [
            row | {"tag": into.pk} if row["tag"] == tag.pk else row
            for row in rows
            if not (has_both and row["tag"] == tag.pk)
        ]
        draft.save(update_fields=["content"])
