"""How long legal notices and complaints name who sent them."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from news.comments.models import Complaint, LegalHold, LegalNotice
from news.comments.retention_rule import Rows, Rule

EMPTIED = _("emptied; number, ground and decision stay")
YEAR = timedelta(days=365)


def unsettled_complaints() -> Rows:
    """Return complaints that are not emptied yet: what they object to is kept as long."""
    return Complaint.objects.exclude(text="")


def _evidence() -> Rows:
    return LegalHold.objects.filter(ended_at=None).values("comment")


def _notices(before: datetime) -> Rows:
    """Notices decided before, and so were the objections to the decision."""
    named = LegalNotice.objects.exclude(name="", email="", explanation="")
    held = Q(comment__in=_evidence())
    # One without a date is open, and its answer needs the address.
    disputed = Q(pk__in=_undecided(before).exclude(notice=None).values("notice"))
    return named.filter(decided_at__lt=before).exclude(held | disputed)


def _undecided(before: datetime) -> Rows:
    return Complaint.objects.filter(Q(decided_at=None) | Q(decided_at__gte=before))


def _complaints(before: datetime) -> Rows:
    held = Q(decision__comment__in=_evidence()) | Q(notice__comment__in=_evidence())
    return unsettled_complaints().filter(decided_at__lt=before).exclude(held)


def _empty_notices(rows: Rows, now: datetime) -> int:
    return rows.update(name="", email="", explanation="")


def _empty_complaints(rows: Rows, now: datetime) -> int:
    return Complaint.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(text="")


RULES = [
    Rule(
        "notices",
        _("Names, addresses and texts of legal notices, after the decision"),
        EMPTIED,
        YEAR,
        _notices,
        _empty_notices,
    ),
    Rule(
        "complaints",
        _("Texts of complaints, after the decision"),
        EMPTIED,
        YEAR,
        _complaints,
        _empty_complaints,
    ),
]
