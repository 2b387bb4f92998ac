"""Statements of reasons: what the writer of a comment is told about a decision (DSA Art. 17)."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.outbox.mail import put_mail
from news.comments.models import (
    CannedText,
    CommentDecision,
    CommentState,
    ReaderComment,
    Reason,
)

# DSA Art. 20: at least six months.
COMPLAIN_FOR = timedelta(days=183)
_SALT = "news.comments.complaint"
DEFAULTS: dict[str, Promise] = {
    Reason.OFF_TOPIC: gettext_lazy("It is not about the subject of the article."),
    Reason.INSULT: gettext_lazy("It attacks or belittles people instead of arguing."),
    Reason.HATE: gettext_lazy("It degrades people for what they are or believe."),
    Reason.ADVERTISING: gettext_lazy("It advertises something."),
    Reason.DOXING: gettext_lazy("It holds personal data of others."),
    Reason.FALSE_CLAIM: gettext_lazy("It states as a fact what is not backed by any evidence."),
    Reason.UNLAWFUL: gettext_lazy("We hold it to be unlawful."),
    Reason.DUPLICATE: gettext_lazy("It was sent more than once; one copy is enough."),
    Reason.READER_REQUEST: gettext_lazy("You have asked us for it."),
    Reason.OTHER: gettext_lazy("It does not fit the rules of our discussion."),
    Reason.BANNED: gettext_lazy("At the moment you cannot comment here."),
    Reason.LEGAL_HOLD: gettext_lazy("It is being examined and is not shown meanwhile."),
}


@dataclass(frozen=True, slots=True)
class Restriction:
    """What was done, in words for the writer."""

    subject: str
    act: str


def canned(reason: str, language: str) -> str:
    """Return what is said about a reason: the editors' own text, or ours."""
    own = CannedText.objects.filter(reason=reason, language=language).first()
    if own:
        return own.text
    with translation.override(language):
        return str(DEFAULTS.get(reason, ""))


def all_canned() -> dict[str, dict[str, str]]:
    """Return the text of every reason in every language: language -> reason -> text."""
    texts: dict[str, dict[str, str]] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts[language] = {str(reason): str(text) for reason, text in DEFAULTS.items()}
    for own in CannedText.objects.all():
        texts[own.language][own.reason] = own.text
    return texts


def send(comment: ReaderComment, decision: CommentDecision, *, to: str) -> None:
    """Put the statement of reasons for a stored decision into the outbox."""
    with translation.override(comment.language):
        restriction = _restriction(decision)
        context = {
            "article": comment.article,
            "comment": comment,
            "decision": decision,
            "act": restriction.act,
            "text": decision.text_sent,
            "complain_url": complaint_url("decision", decision.pk),
            "complain_until": decision.at + COMPLAIN_FOR,
        }
        put_mail(
            to=to,
            subject=restriction.subject,
            text=render_to_string("reader_comments/mail/statement.txt", context),
        )


def _restriction(decision: CommentDecision) -> Restriction:
    if decision.rule == "cut":
        return Restriction(_("Your comment was shortened"), _("We have shortened your comment."))
    if decision.new_state == CommentState.HIDDEN:
        return Restriction(
            _("Your comment was removed"), _("We have taken your comment off the page.")
        )
    return Restriction(
        _("Your comment was not published"), _("We have not published your comment.")
    )


def complaint_url(kind: str, pk: int) -> str:
    """Return the secret address at which one decision can be objected to."""
    token = signing.dumps([kind, pk], salt=_SALT)
    return urljoin(settings.SITE_URL, reverse("reader_comments:complain", args=[token]))


def read_token(token: str) -> tuple[str, int] | None:
    """Return what a complaint's address is about."""
    try:
        kind, pk = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return str(kind), int(pk)
