from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from news.comments.management.commands.seed_comments import REMARKS, seed
from news.comments.models import CommentState, ReaderComment
from news.consent.models import ConsentEvent, EventKind
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def test_remarks_come_with_consent_and_only_once() -> None:
    for slug in sorted({remark.article for remark in REMARKS}):
        make_article(slug=slug, published_at=timezone.now() - timedelta(days=2))

    assert seed(now=timezone.now()) == len(REMARKS)
    assert seed(now=timezone.now()) == 0

    states = list(ReaderComment.objects.values_list("state", flat=True))
    assert sorted(states) == [CommentState.PENDING] * 2 + [CommentState.PUBLISHED] * 5
    given = ConsentEvent.objects.filter(kind=EventKind.GIVEN)
    assert set(given.values_list("comment_id", flat=True)) == set(
        ReaderComment.objects.values_list("pk", flat=True)
    )
    assert ReaderComment.objects.exclude(parent=None).get().parent.name == "Jonte"


def test_site_without_the_articles_stays_without_comments() -> None:
    call_command("seed_comments", verbosity=0)

    assert not ReaderComment.objects.exists()
