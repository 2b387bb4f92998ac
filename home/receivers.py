"""What the look of the site hears: the masthead stands on every page."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from cms.page_cache.tags import invalidate
from home.models import Masthead


@receiver([post_save, post_delete], sender=Masthead)
def on_masthead_changed(**_: Any) -> None:
    invalidate("navigation")
