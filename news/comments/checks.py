"""The checks that a comment passes after its form: in order, cheap ones first, each with a reason.

Before them the form has looked at size, characters, ticket and its age, and the trap for programs
(`forms`), and the counters at how much is sent (`limits`). Nothing is dropped here: whatever is
in doubt is held, and moderators read why. Words and links come last (`holding`), since an edit
is checked for them again.
"""

import hashlib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from disposable_email_domains import blocklist
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext as _

from cms.page_cache import fragments
from news.comments import proof
from news.comments.limits import Traffic
from news.comments.models import HoldKind, ReaderComment
from news.consent import subjects

# Shorter words of agreement are sent by many people.
SHORTEST_COPY = 12
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A comment that its form let through, and what is known about its sending."""

    article_id: int
    name: str
    email: str
    text: str
    traffic: Traffic
    proof: str
    is_remembered: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason to let a moderator look first."""

    kind: HoldKind
    detail: str = ""


Check = Callable[[Candidate], Doubt | None]


def run(candidate: Candidate) -> list[Doubt]:
    """Return every doubt, in the order of the checks."""
    return [doubt for check in CHECKS if (doubt := check(candidate))]


def disposable_domain(candidate: Candidate) -> Doubt | None:
    """An address of a service that gives them out for minutes."""
    labels = candidate.email.rpartition("@")[2].lower().split(".")
    for start in range(len(labels) - 1):
        domain = ".".join(labels[start:])
        if domain in blocklist:
            return Doubt(HoldKind.DOMAIN, domain)
    return None


def odd_name(candidate: Candidate) -> Doubt | None:
    """A name in letters of several scripts, or one that belongs to somebody of the house."""
    scripts = {script for char in candidate.name if (script := _script(char))}
    if len(scripts) > 1:
        return Doubt(HoldKind.NAME, ", ".join(sorted(scripts)).title())
    if not candidate.is_remembered and fold(candidate.name) in staff_names():
        return Doubt(HoldKind.NAME, _("name of a member of staff"))
    return None


def copy(candidate: Candidate) -> Doubt | None:
    """Words that stand below the article already, or came from the same address before."""
    if len(candidate.text) < SHORTEST_COPY:
        return None
    same = ReaderComment.objects.filter(
        Q(article=candidate.article_id) | Q(subject__in=subjects.references(candidate.email)),
        # Withdrawn comments have no digest any more.
        text_digest=text_digest(candidate.text),
    )
    return Doubt(HoldKind.COPY) if same.exists() else None


def proof_of_work(candidate: Candidate) -> Doubt | None:
    """Busy times: the browser should have worked for this comment."""
    if not candidate.traffic.asks_for_proof or candidate.is_remembered:
        return None
    if proof.is_solved(candidate.proof, article_id=candidate.article_id, now=candidate.now):
        return None
    return Doubt(HoldKind.PROOF)


CHECKS: tuple[Check, ...] = (disposable_domain, odd_name, copy, proof_of_work)


def text_digest(text: str) -> str:
    """Return what two spellings of the same words share: case, blanks and signs do not count."""
    return hashlib.sha256(fold(text).encode()).hexdigest()


def fold(value: str) -> str:
    plain = unicodedata.normalize("NFKC", value).casefold()
    return "".join(char for char in plain if char.isalnum())


def staff_names() -> frozenset[str]:
    """Return the folded names of everybody who may work in the admin, as of a minute ago."""
    return fragments.kept("staff names", _staff_names, tags=[], seconds=60)


def _staff_names() -> frozenset[str]:
    users = get_user_model().objects.filter(is_active=True)
    names = users.values_list("first_name", "last_name")
    return frozenset(fold(f"{first} {last}") for first, last in names if first or last)


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    if not char.isalpha():
        return ""
    name = unicodedata.name(char, "")
    return next((script for script in SCRIPTS if name.startswith(script)), "")
