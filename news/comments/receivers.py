"""What must be shown anew when settings or texts change."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from cms.page_cache.tags import invalidate
from news.comments.models import CommentSettings
from news.consent.models import ConsentText


@receiver(post_save, sender=CommentSettings)
@receiver(post_save, sender=ConsentText)
def on_post_save(**kwargs: Any) -> None:
    """Every cached page with a form may show what no longer holds."""
    invalidate("navigation")
