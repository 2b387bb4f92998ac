"""What must be shown anew when settings or texts change, and what must not be deleted."""

from typing import Any

from django.db.models import ProtectedError
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from django.utils import timezone

from cms.page_cache.tags import invalidate
from news.comments import keeping
from news.comments.models import CommentSettings
from news.consent.models import ConsentText
from news.models import ArticlePage


@receiver(post_save, sender=CommentSettings)
@receiver(post_save, sender=ConsentText)
def on_post_save(**kwargs: Any) -> None:
    """Every cached page with a form may show what no longer holds."""
    invalidate("navigation")


@receiver(pre_delete, sender=ArticlePage)
def on_pre_delete(instance: ArticlePage, **kwargs: Any) -> None:
    """Editors are told before; this holds for whoever deletes without asking."""
    if keeping.of([instance], now=timezone.now()):
        raise ProtectedError("Comments are evidence or in dispute.", {instance})
