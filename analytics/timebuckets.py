"""The single definition of bucket, day and month.

A bucket is 15 minutes UTC, named by its number since 1970; half-open: it holds its start and
not its end. Days and months are the site's own, so they follow its daylight-saving time.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo

BUCKET_SECONDS = 900
BUCKETS_PER_HOUR = 3600 // BUCKET_SECONDS


def bucket_of(moment: datetime) -> int:
    """Return the number of the bucket that holds `moment`; naive times raise ValueError."""
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone belongs to no bucket.")
    return int(moment.timestamp()) // BUCKET_SECONDS


def bucket_of_ms(at_ms: int) -> int:
    """Return the bucket of a Unix time in milliseconds."""
    return at_ms // (BUCKET_SECONDS * 1000)


def start_of(bucket: int) -> datetime:
    """Return the first moment of a bucket, in UTC."""
    return datetime.fromtimestamp(bucket * BUCKET_SECONDS, UTC)


def day_of_ms(at_ms: int, zone: tzinfo) -> date:
    """Return the day in `zone` of a Unix time in milliseconds."""
    return datetime.fromtimestamp(at_ms / 1000, zone).date()


def bounds_of_days(first: date, last: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return start (inclusive) and end (exclusive) of the days `first` to `last` in `zone`."""
    start = datetime(first.year, first.month, first.day, tzinfo=zone)
    after = last + timedelta(days=1)
    return start, datetime(after.year, after.month, after.day, tzinfo=zone)
