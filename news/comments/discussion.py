"""What stands below an article: thread, state and form, in a fixed number of queries."""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from cms.page_cache import fragments
from news.comments import addresses, house_rules, policy, text
from news.comments.forms import CommentForm
from news.comments.models import CommentSettings, CommentState, ReaderComment, RememberedDevice
from news.comments.policy import Policy
from news.consent.models import ConsentText, Purpose
from news.models import ArticlePage

PER_PAGE = 25


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
    def answered(self) -> ReaderComment | None:
        """The comment that a reply answers, if that is another reply which can be read."""
        answered = self.comment.answers
        return answered if answered and answered.state == CommentState.PUBLISHED else None

    @property
    def html(self) -> SafeString:
        return text.render(self.comment.text)

    @property
    def initials(self) -> str:
        return text.initials(self.comment.name)

    @property
    def address(self) -> str:
        """Where the comment is shown in its place, whichever page of the thread that is."""
        return addresses.of("show", self.comment.pk)

    @property
    def report_address(self) -> str:
        return addresses.of("report", self.comment.pk)


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """Some places of the first level with their replies, and where they stand."""

    nodes: list[Node]
    count: int = 0
    number: int = 1
    pages: int = 1
    newest_first: bool = False

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.pages

    @property
    def published(self) -> list[Node]:
        every = (node for root in self.nodes for node in (root, *root.replies))
        return [node for node in every if node.is_published]


@dataclass
class Discussion:
    """Everything the templates need, already fetched."""

    article: ArticlePage
    settings: CommentSettings
    policy: Policy
    texts: dict[str, ConsentText]
    privacy_url: str
    now: datetime
    request: HttpRequest

    @cached_property
    def thread(self) -> ThreadPage:
        """Read when it is shown: whoever only sends a comment does not pay for it."""
        return _first_page(self.article, self.request) if self.is_visible else ThreadPage([])

    @property
    def consent_text(self) -> ConsentText | None:
        return self.texts.get(Purpose.PUBLISH)

    @property
    def nodes(self) -> list[Node]:
        return self.thread.nodes

    @property
    def count(self) -> int:
        return self.thread.count

    @property
    def is_open(self) -> bool:
        """Nobody is asked to write where no text says what they would consent to."""
        return self.policy.is_open and self.consent_text is not None

    @property
    def is_visible(self) -> bool:
        return self.policy.is_visible

    @property
    def form_privacy_url(self) -> str:
        """Where the privacy policy stands: a page of the site, else what the text itself says."""
        first = self.consent_text
        return self.privacy_url or (first.privacy_url if first else "")

    def form(
        self,
        data: Any = None,
        *,
        answered: ReaderComment | None = None,
        device: RememberedDevice | None = None,
    ) -> CommentForm:
        return CommentForm(
            data,
            article=self.article,
            texts=self.texts,
            privacy_url=self.form_privacy_url,
            now=self.now,
            answered=answered,
            device=device,
        )


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
    rules = house_rules.of(request, article.locale.language_code)
    found = policy.effective(article, settings=rules.settings, now=now)
    return Discussion(
        article=article,
        settings=rules.settings,
        policy=found,
        texts=rules.texts_at(now) if found.is_open else {},
        privacy_url=rules.privacy_page_url,
        now=now,
        request=request,
    )


def _first_page(article: ArticlePage, request: HttpRequest) -> ThreadPage:
    """Return what stands below the article; every change of a comment drops it."""
    key = ("thread", article.pk)
    return fragments.kept(key, lambda: thread(article), tags=_own_tags(article))


def thread(article: ArticlePage, *, number: int = 1, newest_first: bool = False) -> ThreadPage:
    """Return one page of the thread; one query, however long the thread is."""
    start = (number - 1) * PER_PAGE
    comments = list(
        ReaderComment.objects.thread_page(
            article.pk, newest_first=newest_first, start=start, length=PER_PAGE
        )
    )
    if not comments:
        return ThreadPage([], number=number, newest_first=newest_first)
    nodes = {comment.pk: Node(comment) for comment in comments}
    roots: list[Node] = []
    for node in nodes.values():
        parent = nodes.get(node.comment.parent_id) if node.comment.parent_id else None
        (parent.replies if parent else roots).append(node)
    return ThreadPage(
        nodes=roots[::-1] if newest_first else roots,
        count=comments[0].all_comments,
        number=number,
        pages=math.ceil(comments[0].all_roots / PER_PAGE),
        newest_first=newest_first,
    )


def cache_tags(article: ArticlePage) -> list[str]:
    """By what a cached page that shows comments has to be dropped."""
    sections = [f"section:{section.pk}" for section in article.sections]
    return [*_own_tags(article), "navigation", *sections]


def _own_tags(article: ArticlePage) -> list[str]:
    """Name the article and what readers wrote about it, which drops nothing else of its page."""
    return [f"page:{article.pk}", f"comments:{article.pk}"]


def page_of(comment: ReaderComment) -> int:
    """Return on which page of the thread, the oldest first, a published comment stands."""
    root = comment.parent or comment
    before = Q(submitted_at__lt=root.submitted_at) | Q(
        submitted_at=root.submitted_at, pk__lt=root.pk
    )
    roots: int = ReaderComment.objects.roots(comment.article_id).filter(before).count()
    return roots // PER_PAGE + 1
