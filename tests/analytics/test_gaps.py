from datetime import timedelta

import pytest

from analytics.gaps import note_pulse
from analytics.models import CountingGap, PageBucket
from tests.analytics.streams import NOON, NOON_BUCKET

pytestmark = pytest.mark.django_db


def pulses(*minutes: int, is_open: bool = True) -> None:
    for minute in minutes:
        note_pulse(now=NOON + timedelta(minutes=minute), is_open=is_open)


def gaps() -> list[int]:
    rows = CountingGap.objects.order_by("bucket").values_list("bucket", flat=True)
    return [bucket - NOON_BUCKET for bucket in rows]


def test_a_site_that_runs_has_no_gap_and_a_restart_is_none():
    pulses(*range(0, 40, 5), 62)

    assert gaps() == []


def test_what_lies_between_two_notes_is_a_gap_noted_once():
    pulses(0, 90)
    pulses(90, 91)

    assert gaps() == [1, 2, 3, 4, 5]


def test_a_closed_door_is_a_gap_although_the_worker_runs():
    pulses(0)
    pulses(*range(15, 90, 5), is_open=False)
    pulses(90)

    assert gaps() == [1, 2, 3, 4, 5]


def test_a_door_that_was_never_reached_says_nothing():
    pulses(*range(0, 90, 5), is_open=False)

    assert gaps() == []


def test_views_that_waited_close_their_gap():
    pulses(0, 90)
    PageBucket.objects.create(page_id=5, bucket=NOON_BUCKET + 2, views=1)

    pulses(91)

    assert gaps() == [1, 3, 4, 5]
