import contextlib
import os

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analytics.events import Dimension, DropReason
from analytics.packing import Entry, pack, unpack
from tests.analytics.streams import NOON_BUCKET, drop, read, view

values = st.text(
    st.characters(exclude_characters="\t\n\x00", exclude_categories=["Cs"]),
    min_size=1,
    max_size=100,
)


# A machine under load makes the texts slowly; that is no failure.
@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    dimensions=st.dictionaries(st.sampled_from([d for d in Dimension if d < 10]), values),
    page=st.integers(1, 2**31 - 1),
    flags=st.integers(0, 7),
)
def test_view_comes_out_as_it_went_in(dimensions, page, flags):
    packed = pack(view(page, dimensions=dimensions)) + str(flags)

    assert unpack(packed.encode()) == Entry(
        "v",
        NOON_BUCKET,
        page,
        flags,
        tuple((dimension.value, value) for dimension, value in dimensions.items()),
    )


def test_reading_time_comes_out_as_the_script_fixed_it():
    packed = pack(read(os.urandom(16), seconds=99, scroll=99)) + "30\t50"

    assert unpack(packed.encode()) == Entry("r", NOON_BUCKET, 5, seconds=30, scroll=50)


@pytest.mark.parametrize("reason", DropReason.values)
def test_drop_comes_out_as_it_went_in(reason):
    assert unpack(pack(drop(reason, "kind")).encode()) == Entry(
        "d", NOON_BUCKET, reason=reason, detail="kind"
    )


def test_epoch_marker_counts_nothing():
    assert unpack(b"1e") == Entry("e")


def test_packed_view_holds_neither_id_nor_reader_nor_exact_time():
    event = view(reader=b"\x01\x02secret", at_ms=NOON_BUCKET * 900_000 + 1234)

    assert pack(event) == f"1v\t{NOON_BUCKET}\t5\t"


@given(st.binary(max_size=60))
def test_anything_else_is_refused_and_never_crashes(payload):
    with contextlib.suppress(ValueError):
        unpack(payload)
