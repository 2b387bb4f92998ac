"""The vocabulary in which reader comments are asked for."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Count, Q


class ReaderCommentQuerySet(models.QuerySet[Any]):
    def for_article(self, article_id: int) -> "ReaderCommentQuerySet":
        return self.filter(article_id=article_id)

    def for_subjects(self, subjects: Iterable[str]) -> "ReaderCommentQuerySet":
        return self.filter(subject__in=list(subjects))

    def published(self) -> "ReaderCommentQuerySet":
        return self.filter(state="published")

    def pending(self) -> "ReaderCommentQuerySet":
        return self.filter(state="pending")

    def for_moderators(self) -> "ReaderCommentQuerySet":
        """Without what nobody confirmed: it may have been written in somebody else's name."""
        return self.exclude(state="unconfirmed").select_related("article", "parent")

    def in_thread(self) -> "ReaderCommentQuerySet":
        """Published comments, and the places of others that published replies hang on."""
        answered = self.filter(replies__state="published")
        return self.filter(Q(state="published") | Q(pk__in=answered.values("pk"))).order_by(
            "submitted_at", "pk"
        )

    def count_by_article(self, article_ids: Iterable[int]) -> dict[int, int]:
        """Return the number of published comments of each article that has any."""
        rows = self.published().filter(article_id__in=list(article_ids))
        return dict(
            rows.values("article_id").annotate(n=Count("pk")).values_list("article_id", "n")
        )
