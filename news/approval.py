"""Publishing takes two people; who goes without the second says why."""

from typing import Any

from django.db import transaction
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.log_actions import log
from wagtail.models import Page

from news.models import ArticlePage

WITHOUT_APPROVAL = "news.publish_without_approval"


def needs_reason(page: Page, user: Any, *, parent: Page | None = None) -> bool:
    """Whether this user, publishing this page alone, has to say why.

    A page that stands nowhere yet is asked for by its `parent`.
    """
    place = parent or page
    return isinstance(page, ArticlePage) and not user.is_superuser and place.has_workflow


def publish_without_approval(article: ArticlePage, *, user: Any, reason: str) -> None:
    """Publish the newest draft, end a running workflow, and keep the reason in the history."""
    with transaction.atomic():
        # What was never saved in the editor, an import for instance, has no draft yet.
        draft = article.get_latest_revision() or article.save_revision(user=user)
        PublishPageRevisionAction(draft, user=user).execute()
        log(article, WITHOUT_APPROVAL, user=user, data={"comment": reason})
