"""What stands below an article: thread, state and form, in a fixed number of queries."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from news.comments import policy, text
from news.comments.forms import CommentForm
from news.comments.models import CommentSettings, CommentState, ReaderComment
from news.comments.policy import Policy
from news.consent import texts
from news.consent.models import ConsentText, Purpose
from news.models import ArticlePage


@dataclass(slots=True)
class Node:
    """One place in the thread: a published comment, or a tombstone that replies hang on."""

    comment: ReaderComment
    replies: list["Node"] = field(default_factory=list)

    @property
    def is_published(self) -> bool:
        return self.comment.state == CommentState.PUBLISHED

    @property
    def was_withdrawn(self) -> bool:
        return self.comment.state == CommentState.WITHDRAWN

    @property
    def html(self) -> SafeString:
        return text.render(self.comment.text)

    @property
    def initials(self) -> str:
        return text.initials(self.comment.name)


@dataclass(slots=True)
class Discussion:
    """Everything the templates need, already fetched."""

    article: ArticlePage
    settings: CommentSettings
    policy: Policy
    consent_text: ConsentText | None
    nodes: list[Node]
    count: int
    now: datetime

    @property
    def is_open(self) -> bool:
        """Nobody is asked to write where no text says what they would consent to."""
        return self.policy.is_open and self.consent_text is not None

    @property
    def is_visible(self) -> bool:
        return self.policy.is_visible

    def form(self, data: Any = None, *, parent: ReaderComment | None = None) -> CommentForm:
        assert self.consent_text
        return CommentForm(
            data,
            article=self.article,
            consent_text=self.consent_text,
            privacy_url=self._privacy_url(),
            now=self.now,
            parent=parent,
        )

    def _privacy_url(self) -> str:
        page = self.settings.privacy_page
        url = page.localized.url if page else ""
        return url or (self.consent_text.privacy_url if self.consent_text else "")


def of(
    article: ArticlePage, request: HttpRequest, *, now: datetime | None = None
) -> Discussion | None:
    """Return the discussion of an article; None for a draft that was never saved.

    It is kept with the article, so the jump link and the thread share its queries.
    """
    if not article.pk:
        return None
    known: Discussion | None = article.__dict__.get("_discussion")
    if known is None:
        known = article.__dict__["_discussion"] = _fetch(article, request, now or timezone.now())
    return known


def _fetch(article: ArticlePage, request: HttpRequest, now: datetime) -> Discussion:
    settings = CommentSettings.of(request)
    found = policy.effective(article, settings=settings, now=now)
    nodes = thread(article) if found.is_visible else []
    language = article.locale.language_code
    return Discussion(
        article=article,
        settings=settings,
        policy=found,
        consent_text=texts.current(Purpose.PUBLISH, language, now=now) if found.is_open else None,
        nodes=nodes,
        count=sum(node.is_published for root in nodes for node in (root, *root.replies)),
        now=now,
    )


def thread(article: ArticlePage) -> list[Node]:
    """Return the places of the first level, each with its replies: one query."""
    nodes = {
        comment.pk: Node(comment)
        for comment in ReaderComment.objects.for_article(article.pk).in_thread()
    }
    roots: list[Node] = []
    for node in nodes.values():
        parent = nodes.get(node.comment.parent_id) if node.comment.parent_id else None
        (parent.replies if parent else roots).append(node)
    return roots
