"""The vocabulary in which reader comments are asked for."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Count, F, Func, Q, Subquery


class ReaderCommentQuerySet(models.QuerySet[Any]):
    def for_article(self, article_id: int) -> "ReaderCommentQuerySet":
        return self.filter(article_id=article_id)

    def for_subjects(self, subjects: Iterable[str]) -> "ReaderCommentQuerySet":
        return self.filter(subject__in=list(subjects))

    def published(self) -> "ReaderCommentQuerySet":
        return self.filter(state="published")

    def pending(self) -> "ReaderCommentQuerySet":
        return self.filter(state="pending")

    def reported(self) -> "ReaderCommentQuerySet":
        """Published, and readers have reported it since a moderator looked at it."""
        reports = self.model._meta.get_field("reports").related_model.objects
        return self.published().filter(pk__in=reports.filter(settled_at=None).values("comment"))

    def to_do(self) -> "ReaderCommentQuerySet":
        """What asks for a decision: it waits, or readers have reported it."""
        return self.filter(Q(state="pending") | Q(pk__in=self.reported().values("pk")))

    def for_moderators(self) -> "ReaderCommentQuerySet":
        """Without what nobody confirmed: it may have been written in somebody else's name."""
        return self.exclude(state="unconfirmed").select_related("article", "parent")

    def roots(self, article_id: int) -> "ReaderCommentQuerySet":
        """Places of the first level: published, or a published reply hangs on them."""
        replies = self.model.objects.filter(
            article_id=article_id, state="published", parent__isnull=False
        )
        return self.filter(article_id=article_id, parent=None).filter(
            Q(state="published") | Q(pk__in=replies.values("parent"))
        )

    def thread_page(
        self, article_id: int, *, newest_first: bool, start: int, length: int
    ) -> "ReaderCommentQuerySet":
        """Roots from `start` on with their published replies, and how many there are in all."""
        every = self.model.objects.all()
        order = ("-submitted_at", "-pk") if newest_first else ("submitted_at", "pk")
        chosen = every.roots(article_id).order_by(*order)[start : start + length].values("pk")
        published = every.filter(article_id=article_id, state="published")
        found: ReaderCommentQuerySet = (
            self.filter(article_id=article_id)
            .filter(Q(pk__in=chosen) | Q(parent__in=chosen, state="published"))
            .annotate(
                all_comments=_number_of(published), all_roots=_number_of(every.roots(article_id))
            )
            .select_related("answers")
            .order_by("submitted_at", "pk")
        )
        return found

    def count_by_article(self, article_ids: Iterable[int]) -> dict[int, int]:
        """Return the number of published comments of each article that has any."""
        rows = self.published().filter(article_id__in=list(article_ids))
        return dict(
            rows.values("article_id").annotate(n=Count("pk")).values_list("article_id", "n")
        )


def _number_of(comments: models.QuerySet[Any]) -> Subquery:
    counted = comments.order_by().annotate(n=Func(F("pk"), function="COUNT"))
    return Subquery(counted.values("n"), output_field=models.IntegerField())
