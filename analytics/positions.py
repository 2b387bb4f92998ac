"""Where pages stood in the ranking: the top of the rolling week, noted every hour."""

from __future__ import annotations

from datetime import datetime

from analytics.models import RankingPosition, Window
from analytics.ranking import top_pages
from analytics.timebuckets import BUCKETS_PER_HOUR, bucket_of

PLACES = 50


def note_positions(*, now: datetime) -> int:
    """Note the places of this hour once; return how many were written."""
    hour = bucket_of(now) // BUCKETS_PER_HOUR
    if RankingPosition.objects.filter(hour=hour).exists():
        return 0
    scores = top_pages(window=Window.WEEK, limit=PLACES, now=now)
    rows = [
        RankingPosition(hour=hour, position=place, page_id=score.page_id)
        for place, score in enumerate(scores, 1)
    ]
    return len(RankingPosition.objects.bulk_create(rows, ignore_conflicts=True))
