"""When nobody counted: quarter hours in which neither worker nor web server was at work.

A worker notes the running bucket every minute while it can reach the door of beacons. What lies
between two notes is a gap, unless views of that time turn up: they waited in a stream or spool.
Only gaps are stored, so a site that runs well stores nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from analytics.models import CountingGap, CountingPulse, PageBucket
from analytics.timebuckets import BUCKETS_PER_HOUR, bucket_of

# A pause of one bucket is a restart, not a gap.
TOLERATED_BUCKETS = 1


def note_pulse(*, now: datetime, is_open: bool) -> None:
    """Note that counting is at work, and what was missed since the last note.

    `is_open` says whether the door of beacons answered. Where it never did (a worker that cannot
    reach the site's own address) its silence says nothing.
    """
    bucket = bucket_of(now)
    with transaction.atomic():
        pulse = CountingPulse.objects.select_for_update().filter(pk=CountingPulse.ONLY).first()
        if pulse is None:
            CountingPulse.objects.get_or_create(
                pk=CountingPulse.ONLY, defaults={"bucket": bucket, "was_open": is_open}
            )
            return
        if is_open or not pulse.was_open:
            missed = range(pulse.bucket + 1, bucket)
            if len(missed) > TOLERATED_BUCKETS:
                CountingGap.objects.bulk_create(
                    (CountingGap(bucket=number) for number in missed), ignore_conflicts=True
                )
            pulse.bucket = max(pulse.bucket, bucket)
            pulse.was_open |= is_open
            pulse.save()
        _close_gaps_with_views(bucket)


def _close_gaps_with_views(bucket: int) -> None:
    """Forget gaps for which late views came in; none comes later than the spool may wait."""
    hours = settings.ANALYTICS_SPOOL_MAX_AGE_HOURS + 24
    recent = CountingGap.objects.filter(bucket__gt=bucket - hours * BUCKETS_PER_HOUR)
    numbers = list(recent.values_list("bucket", flat=True))
    if numbers:
        counted = PageBucket.objects.filter(bucket__in=numbers, views__gt=0)
        CountingGap.objects.filter(bucket__in=counted.values("bucket")).delete()
