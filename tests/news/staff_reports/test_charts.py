from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from news.staff_reports.charts import short_label


@pytest.mark.parametrize(("language", "label"), [("de", "7. Nov"), ("en", "Nov 7")])
def test_days_under_a_chart_are_written_as_their_readers_write_them(language, label):
    with translation.override(language):
        assert short_label(date(2026, 11, 7), hourly=False) == label
        assert short_label(datetime(2026, 11, 7, 9, 30, tzinfo=UTC), hourly=True) == "09:30"
