"""What the look of the site hears: masthead, menus and addresses stand on every page."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import Locale, Page, PageViewRestriction, Site

from cms.page_cache.tags import invalidate
from home.models import HomePage, Masthead, StandardPage
from news.models import SectionPage


@receiver([post_save, post_delete], sender=Masthead)
@receiver([post_save, post_delete], sender=Site)
@receiver([post_save, post_delete], sender=Locale)
def on_frame_changed(**_: Any) -> None:
    invalidate("navigation")


@receiver([post_save, post_delete], sender=PageViewRestriction)
def on_privacy_changed(**_: Any) -> None:
    """What was open may be closed now: in menus, lists and rankings of any page."""
    invalidate("navigation", "listings", "ranking")


@receiver(post_save, sender=HomePage)
@receiver(post_save, sender=SectionPage)
@receiver(post_save, sender=StandardPage)
def on_page_made(instance: Page, created: bool, **_: Any) -> None:
    """A page that was never there before; later ones are heard of when they are published."""
    if created:
        invalidate("navigation")
