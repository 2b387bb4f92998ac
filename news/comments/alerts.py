"""Mails to moderators: what is urgent at once, and a summary each morning."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Min
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cms.outbox.mail import put_mail
from news.comments import permissions
from news.comments.models import (
    CaseState,
    CommentReport,
    Complaint,
    LegalNotice,
    ModeratorMail,
    ReaderComment,
)
from news.models import ArticlePage

# So many open reports about one comment are an alarm; later ones are no second.
ALARMING_REPORTS = 3
SUBJECTS: dict[str, Promise] = {
    "notice": _("A legal notice has arrived"),
    "complaint": _("Somebody objects to a decision"),
    "reports": _("Many readers report a comment"),
}
PLACES = {
    "notice": ("legal_notices:index", ""),
    "complaint": ("complaints:index", ""),
    "reports": ("reader_comments_admin:list", "?state=open"),
}
DIGEST = _("What waits in the reader comments")


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for one moderator."""

    waiting: int
    oldest_at: datetime | None
    reported: int
    notices: int
    complaints: int

    def __bool__(self) -> bool:
        return any((self.waiting, self.reported, self.notices, self.complaints))


def work_of(user: Any) -> Work:
    """Return what waits in the sections that the user moderates."""
    comments = permissions.within_rights(ReaderComment.objects.all(), user)
    waiting = comments.pending().aggregate(n=Count("pk"), oldest=Min("submitted_at"))
    notices = LegalNotice.objects.filter(state=CaseState.OPEN)
    complaints = Complaint.objects.filter(state=CaseState.OPEN)
    return Work(
        waiting=waiting["n"],
        oldest_at=waiting["oldest"],
        reported=comments.reported().count(),
        notices=permissions.notices_within_rights(notices, user).count(),
        complaints=permissions.complaints_within_rights(complaints, user).count(),
    )


def send(kind: str, *, article: ArticlePage | None, reference: str = "") -> int:
    """Put an urgent mail into the outbox for everybody who may act; return how many."""
    context = {"article": article, "reference": reference, "what": SUBJECTS[kind]}
    chosen = [user for user in _moderators("wants_alerts") if _concerns(user, article)]
    for user in chosen:
        _mail(user, SUBJECTS[kind], "alert", context | {"url": _url(PLACES[kind])})
    return len(chosen)


def after_report(comment: ReaderComment) -> None:
    """Alarm the moderators once enough readers have reported a comment."""
    open_reports = CommentReport.objects.filter(comment=comment, settled_at=None).count()
    if open_reports == ALARMING_REPORTS:
        send("reports", article=comment.article)


def send_digests(now: datetime) -> int:
    """Tell every moderator what waits, once a day; return how many were told."""
    today = timezone.localdate(now)
    sent = 0
    for user in _moderators("wants_digest"):
        work = work_of(user)
        if not work:
            continue
        with transaction.atomic():
            if _claim(user, today):
                context = {"work": work, "url": _url(PLACES["reports"])}
                _mail(user, DIGEST, "digest", context)
                sent += 1
    return sent


def _claim(user: Any, today: date) -> bool:
    """Take today's digest for a user; only a row count of one is believed."""
    ModeratorMail.objects.get_or_create(user=user)
    due = ModeratorMail.objects.filter(user=user).exclude(digest_sent_on=today)
    return due.update(digest_sent_on=today) == 1


def _moderators(wish: str) -> list[Any]:
    """Everybody with the right, an address, and no word against such mails."""
    users = get_user_model().objects.filter(is_active=True).exclude(email="")
    users = users.exclude(**{f"moderator_mail__{wish}": False})
    users = users.select_related("wagtail_userprofile").order_by("pk")
    return [user for user in users if permissions.may_moderate(user)]


def _concerns(user: Any, article: ArticlePage | None) -> bool:
    if article is None:
        return permissions.may_moderate_everything(user)
    return permissions.may_moderate_article(user, article)


def _url(place: tuple[str, str]) -> str:
    name, query = place
    return urljoin(settings.SITE_URL, reverse(name) + query)


def _mail(user: Any, subject: Promise, name: str, context: dict[str, Any]) -> None:
    profile = getattr(user, "wagtail_userprofile", None)
    language = profile.get_preferred_language() if profile else settings.LANGUAGE_CODE
    with translation.override(language):
        put_mail(
            to=user.email,
            subject=str(subject),
            text=render_to_string(f"reader_comments/mail/{name}.txt", context),
        )
