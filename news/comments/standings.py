"""What a reader is known for: trusted, banned, or like everybody.

Only what came through a confirmed address counts: anybody can type somebody else's. A moderator's
word goes before what the program reckons, and trust is lost when moderators often decide against
a reader.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Max, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from news.comments.models import (
    CommentDecision,
    CommentSettings,
    CommentState,
    ReaderComment,
    StandingDecision,
    StandingKind,
)

# Decisions that show that the writer reads the mails of the address, now or when a device was
# remembered.
CONFIRMING_RULES = ("confirmed_by_mail", "remembered_device")
RECENT = 10
# So many of the last ten decided against: no longer trusted.
LOST_AT = 3
AGAINST = (CommentState.REJECTED, CommentState.SPAM, CommentState.HIDDEN)


class Level(StrEnum):
    BANNED = "banned"
    DISTRUSTED = "distrusted"
    NEW = "new"
    TRUSTED = "trusted"


LABELS: dict[Level, Promise] = {
    Level.BANNED: _("Banned"),
    Level.DISTRUSTED: _("Lately often rejected"),
    Level.NEW: _("Not known yet"),
    Level.TRUSTED: _("Trusted"),
}


@dataclass(slots=True)
class Standing:
    """How often the reader's comments ended how, and what follows from it."""

    level: Level = Level.NEW
    published: int = 0
    against: int = 0
    recent_against: int = 0
    said: StandingDecision | None = None
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def label(self) -> Promise:
        return LABELS[self.level]

    @property
    def is_said(self) -> bool:
        """Whether a moderator said so; else the program reckoned it."""
        return self.said is not None

    @property
    def counted(self) -> list[tuple[Promise, int]]:
        """The comments by state, as labels."""
        return [(CommentState(state).label, count) for state, count in self.counts.items()]


def of(subject: str, *, settings: CommentSettings, now: datetime) -> Standing:
    """Return what one reader is known for."""
    return for_subjects([subject], settings=settings, now=now)[subject]


def for_subjects(
    subjects: Iterable[str], *, settings: CommentSettings, now: datetime
) -> dict[str, Standing]:
    """Return what each reader is known for, in three queries however many they are."""
    found = {subject: Standing() for subject in subjects}
    _count(found)
    _look_at_the_last(found)
    said = _said(found, now)
    for subject, standing in found.items():
        standing.said = said.get(subject)
        standing.level = _level(standing, settings)
    return found


def _level(standing: Standing, settings: CommentSettings) -> Level:
    if standing.said:
        return Level(standing.said.kind)
    if standing.recent_against >= LOST_AT:
        return Level.DISTRUSTED
    return Level.TRUSTED if standing.published >= settings.trusted_after else Level.NEW


def _confirmed() -> Q:
    confirmed = CommentDecision.objects.filter(rule__in=CONFIRMING_RULES)
    return Q(pk__in=confirmed.values("comment"))


def _count(found: dict[str, Standing]) -> None:
    comments = ReaderComment.objects.for_subjects(found).filter(_confirmed())
    rows = comments.order_by("subject", "state").values_list("subject", "state")
    for subject, state, count in rows.annotate(n=Count("pk")):
        standing = found[subject]
        standing.counts[state] = count
        if state == CommentState.PUBLISHED:
            standing.published = count
        elif state in AGAINST:
            standing.against += count


def _look_at_the_last(found: dict[str, Standing]) -> None:
    """Count how many of the last decided comments were decided against."""
    doubtful = [subject for subject, standing in found.items() if standing.against >= LOST_AT]
    if not doubtful:
        return
    comments = ReaderComment.objects.for_subjects(doubtful).filter(_confirmed())
    decided = comments.filter(state__in=[*AGAINST, CommentState.PUBLISHED])
    seen: dict[str, int] = {}
    rows = decided.order_by("-submitted_at", "-pk").values_list("subject", "state")
    for subject, state in rows[: RECENT * 100]:
        seen[subject] = seen.get(subject, 0) + 1
        if seen[subject] <= RECENT and state in AGAINST:
            found[subject].recent_against += 1


def _said(subjects: Iterable[str], now: datetime) -> dict[str, StandingDecision]:
    """Return each reader's last decision that still holds."""
    decisions = StandingDecision.objects.filter(subject__in=list(subjects)).order_by()
    last = decisions.values("subject").annotate(last=Max("pk")).values("last")
    holding = StandingDecision.objects.filter(pk__in=last).select_related("actor")
    holding = holding.exclude(kind=StandingKind.NORMAL)
    return {
        decision.subject: decision for decision in holding.filter(Q(until=None) | Q(until__gt=now))
    }
