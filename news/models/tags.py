"""Tags: the newsroom's own vocabulary."""

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from taggit.models import ItemBase, TagBase


class Tag(TagBase):
    """A topic that articles share; one entry per topic, with a page of its own."""

    free_tagging = True

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def clean(self) -> None:
        """A topic has one tag, however its name is spelt."""
        alike = Tag.objects.filter(name__iexact=self.name).exclude(pk=self.pk)
        if alike.exists():
            raise ValidationError(
                {"name": _("There is a tag of this name: merge the two instead.")}
            )

    def get_absolute_url(self) -> str:
        return reverse("tag", args=[self.slug])


class ArticleTag(ItemBase):
    tag = models.ForeignKey(Tag, related_name="article_tags", on_delete=models.CASCADE)
    content_object = ParentalKey(
        "news.ArticlePage", related_name="article_tags", on_delete=models.CASCADE
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tag", "content_object"], name="news_articletag_unique"
            )
        ]
