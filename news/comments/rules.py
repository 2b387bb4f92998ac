"""The rules by which a comment's state changes without a moderator choosing it, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from news.comments.models import CommentDecision

LABELS: dict[str, Promise] = {
    "confirmed_by_mail": _("Confirmed by the link in the mail"),
    "no_confirmation": _("Sent; no confirmation is asked for"),
    "remembered_device": _("Sent from a device that is remembered"),
    "ledger": _("Erased anew after a restore"),
    "nothing_held": _("Nothing spoke against it"),
    "banned": _("The reader is banned"),
    "edited": _("Changed by the reader"),
    "reader": _("The reader’s own act"),
    "erasure": _("Erased on request"),
    "retention": _("Time of retention over"),
    "undo": _("Taken back"),
    "cut": _("Shortened"),
    "kept": _("Looked at, lets it stand"),
    "legal_hold": _("Kept as evidence"),
    "legal_hold_ended": _("No longer kept as evidence"),
}


def label(decision: CommentDecision) -> str:
    """Return what was done in words; the bare name for a rule nobody described."""
    return str(LABELS.get(decision.rule, decision.rule))
