"""A page that moves or goes is taken out of the sums of where it stood."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete
from wagtail.models import Page
from wagtail.signals import post_page_move, pre_page_move

from analytics.summaries import mark_misplaced


def _on_move(instance: Page, parent_page_before: Page, parent_page_after: Page, **_: Any) -> None:
    # what is below the page keeps its parent
    if parent_page_before.pk != parent_page_after.pk:
        mark_misplaced(instance.pk)


def _on_delete(instance: Page, **_: Any) -> None:
    mark_misplaced(instance.pk)


def connect() -> None:
    """Listen to the page tree; called when the app is ready.

    A move is told of before and after: neither a crash nor a sum made meanwhile hides it.
    """
    pre_page_move.connect(_on_move, dispatch_uid="analytics.moves.before")
    post_page_move.connect(_on_move, dispatch_uid="analytics.moves.after")
    post_delete.connect(_on_delete, sender=Page, dispatch_uid="analytics.moves.deleted")
