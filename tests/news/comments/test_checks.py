"""The checks after the form: what they doubt, in which order, and that doubt only holds."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from news.comments import checks, readers
from news.comments.checks import Candidate, Doubt
from news.comments.limits import Traffic
from news.comments.models import CommentHold, HoldKind, ReaderComment
from news.models import ArticlePage
from tests.factories import make_article, make_user
from tests.news.comments.conftest import NOW, MakeComment

pytestmark = pytest.mark.django_db
Data = dict[str, Any]


def candidate(**fields: Any) -> Candidate:
    values = {
        "article_id": 1,
        "name": "Jo Beispiel",
        "email": "jo@example.org",
        "text": "Ein Satz, der lang genug ist.",
        "traffic": Traffic(),
        "proof": "",
        "is_remembered": False,
        "now": NOW,
    }
    return Candidate(**values | fields)


def test_plain_comment_is_not_doubted() -> None:
    assert checks.run(candidate()) == []


@pytest.mark.parametrize(
    ("email", "detail"),
    [
        ("jo@mailinator.com", "mailinator.com"),
        ("jo@MAILINATOR.com", "mailinator.com"),
        ("jo@deep.sub.mailinator.com", "mailinator.com"),
        ("jo@notmailinator.com.example.org", None),
        ("jo@gmail.com", None),
    ],
)
def test_throw_away_address(email: str, detail: str | None) -> None:
    found = checks.disposable_domain(candidate(email=email))

    assert found == (Doubt(HoldKind.DOMAIN, detail) if detail else None)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Jо Beispiel", HoldKind.NAME),  # the second letter is Cyrillic
        ("Αnna", HoldKind.NAME),  # the first letter is Greek
        ("Жанна Иванова", None),
        ("Ελένη", None),
        ("李雷", None),
        ("O'Brien-Müller", None),
        ("Eva Chefin", HoldKind.NAME),
        ("EVA  CHEFIN!", HoldKind.NAME),
        ("Ｅｖａ Chefin", HoldKind.NAME),
        ("Eva Chefinski", None),
    ],
)
def test_name_that_misleads(name: str, kind: HoldKind | None) -> None:
    make_user("chefin", first_name="Eva", last_name="Chefin")

    found = checks.odd_name(candidate(name=name))

    assert (found.kind if found else None) == kind


def test_remembered_member_of_staff_may_use_the_own_name() -> None:
    make_user("chefin", first_name="Eva", last_name="Chefin")

    assert checks.odd_name(candidate(name="Eva Chefin", is_remembered=True)) is None


def test_same_words_again(make_comment: MakeComment, article: ArticlePage) -> None:
    words = "Kauft jetzt meine wunderbaren Münzen!"
    make_comment("pending", text=words, email="jo@example.org")
    other = make_article("Anderer")

    def found(**fields: Any) -> bool:
        return checks.copy(candidate(**fields)) is not None

    assert found(article_id=article.pk, email="eva@example.org", text=words)
    assert found(article_id=other.pk, email="JO@example.org", text=words)
    assert found(article_id=article.pk, text="KAUFT jetzt, meine   wunderbaren Muenzen…") is False
    assert found(article_id=article.pk, text="KAUFT jetzt: meine\nwunderbaren Münzen")
    assert not found(article_id=other.pk, email="eva@example.org", text=words)
    assert not found(article_id=article.pk, text="Ja!")


def test_withdrawn_words_are_forgotten(make_comment: MakeComment, article: ArticlePage) -> None:
    comment = make_comment(text="Kauft jetzt meine wunderbaren Münzen!")
    readers.withdraw(comment, now=NOW)

    assert ReaderComment.objects.get().text_digest == ""
    assert checks.copy(candidate(article_id=article.pk, text="Kauft jetzt meine wunderbaren "
                                 "Münzen!")) is None  # fmt: skip


def test_order_is_cheap_first_and_every_doubt_is_told() -> None:
    bad = candidate(
        email="jo@mailinator.com", name="Jо", traffic=Traffic(network=10_000), proof="rubbish"
    )

    assert [doubt.kind for doubt in checks.run(bad)] == ["domain", "name", "proof"]


def test_in_doubt_held_and_never_lost(
    client: Client, article: ArticlePage, form_data: Data
) -> None:
    bad = {"email": "jo@mailinator.com", "name": "Jо", "text": "Siehe https://example.org/x jetzt"}

    answer = client.post(reverse("reader_comments:comment", args=[article.pk]), form_data | bad)

    assert answer.status_code == 303
    assert ReaderComment.objects.get().text == bad["text"]
    kinds = CommentHold.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["domain", "name", "link"]
