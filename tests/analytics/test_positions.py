from datetime import timedelta

import pytest

from analytics.models import PageBucket, RankingPosition
from analytics.positions import note_positions
from analytics.windows import roll_windows
from tests.analytics.streams import NOON, NOON_BUCKET
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def test_places_are_noted_once_an_hour():
    first, second = make_article(published_at=NOON), make_article(published_at=NOON)
    for article, visits in ((first, 1), (second, 5)):
        PageBucket.objects.create(
            page_id=article.pk, bucket=NOON_BUCKET, views=visits, visits=visits
        )
    roll_windows(now=NOON)

    written = [note_positions(now=NOON + timedelta(minutes=minute)) for minute in (0, 10, 60)]

    hour = NOON_BUCKET // 4
    assert written == [2, 0, 2]
    assert list(
        RankingPosition.objects.order_by("hour", "position").values_list(
            "hour", "position", "page_id"
        )
    ) == [
        (hour, 1, second.pk),
        (hour, 2, first.pk),
        (hour + 1, 1, second.pk),
        (hour + 1, 2, first.pk),
    ]
