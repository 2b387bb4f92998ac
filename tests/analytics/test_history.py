from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command

from analytics.history import Report, import_views
from analytics.models import ImportedHour, PageBucket, PageDay, PageMonth, WindowDelta
from analytics.retention import roll_up_old_days
from tests.analytics.pages import make_page
from tests.analytics.streams import rows

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
def page(clean_redis, db):
    return make_page(slug="eins")


def take_over(*lines):
    return import_views(lines, now=NOW)


def buckets():
    return rows(PageBucket, "page_id", "bucket", "views", "visits", "readers")


def bucket(text):
    return int(datetime.fromisoformat(text).timestamp()) // 900


def test_hour_goes_into_the_bucket_it_starts_and_the_day_of_the_site(page):
    report = take_over(
        "path,hour,views,visits",
        "/eins/,2026-03-28T22:00:00Z,10,7",
        "/eins/,2026-03-28T23:00:00,5",
        "https://testserver/eins/,2026-03-29T03:00:00+02:00,1,0",
    )

    assert report == Report(row_count=3)
    assert buckets() == [
        (page.pk, bucket("2026-03-28T22:00:00+00:00"), 10, 7, 0),
        (page.pk, bucket("2026-03-28T23:00:00+00:00"), 5, 5, 0),
        (page.pk, bucket("2026-03-29T01:00:00+00:00"), 1, 0, 0),
    ]
    assert rows(PageDay, "page_id", "day", "views", "visits") == [
        (page.pk, date(2026, 3, 28), 10, 7),
        (page.pk, date(2026, 3, 29), 6, 5),
    ]
    assert rows(WindowDelta, "bucket", "views", "visits") == [
        (start, views, visits) for _, start, views, visits, _ in buckets()
    ]


def test_second_import_changes_nothing(page):
    lines = ["/eins/,2026-03-28T22:00:00Z,10,7", "/eins/,2026-03-28T23:00:00Z,5"]
    take_over(*lines)
    before = buckets(), rows(PageDay, "day", "views"), rows(WindowDelta, "bucket", "views")

    take_over(*lines)

    after = buckets(), rows(PageDay, "day", "views"), rows(WindowDelta, "bucket", "views")
    assert after == before
    assert ImportedHour.objects.count() == 2


def test_new_figure_replaces_the_imported_one_and_leaves_the_counted_one(page):
    start = bucket("2026-03-28T22:00:00+00:00")
    PageBucket.objects.create(page_id=page.pk, bucket=start, views=100, visits=50, readers=40)
    take_over("/eins/,2026-03-28T22:00:00Z,10,7")

    take_over("/eins/,2026-03-28T22:00:00Z,4,4")

    assert buckets() == [(page.pk, start, 104, 54, 40)]
    assert rows(PageDay, "views", "visits") == [(4, 4)]
    assert rows(WindowDelta, "views", "visits") == [(-6, -3), (10, 7)]


def test_hours_before_the_buckets_time_make_days_only(page):
    take_over("/eins/,2025-06-01T10:00:00Z,10")

    assert (buckets(), rows(WindowDelta, "views")) == ([], [])
    assert rows(PageDay, "day", "views") == [(date(2025, 6, 1), 10)]


def test_figure_of_a_day_that_became_a_month_is_replaced_there(page):
    take_over("/eins/,2020-06-01T10:00:00Z,10")
    roll_up_old_days(now=NOW)

    take_over("/eins/,2020-06-01T10:00:00Z,3")
    roll_up_old_days(now=NOW)

    assert rows(PageMonth, "month", "views", "visits") == [(date(2020, 6, 1), 3, 3)]
    assert rows(PageDay, "day") == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("/eins/,2026-03-28T22:00:00Z", "expected path,hour,views[,visits]"),
        ("/zwei/,2026-03-28T22:00:00Z,1", "no live page has the address /zwei/"),
        ("/eins/,yesterday,1", "'yesterday' is not a time in ISO 8601"),
        ("/eins/,2026-03-28T22:10:00Z,1", "'2026-03-28T22:10:00Z' is not a full hour"),
        ("/eins/,2027-01-01T00:00:00Z,1", "'2027-01-01T00:00:00Z' is not in the past"),
        ("/eins/,2026-03-28T22:00:00Z,-1", "'-1' is not a number of views"),
        ("/eins/,2026-03-28T22:00:00Z,x", "'x' is not a number of views"),
        ("/eins/,2026-03-28T22:00:00Z,99999999999", "'99999999999' is not a number of views"),
        ("/eins/,2026-03-28T22:00:00Z,1,2", "more visits than views"),
    ],
)
def test_bad_row_is_reported_with_its_line_and_others_come_in(page, row, reason):
    report = take_over("path,hour,views", row, "", "/eins/,2026-03-28T20:00:00Z,1")

    assert report == Report(row_count=1, bad_rows=[(2, reason)])
    assert len(buckets()) == 1


def test_command_reports_bad_rows_and_fails(page, tmp_path, capsys):
    hour = (datetime.now(UTC) - timedelta(hours=2)).strftime("%Y-%m-%dT%H:00:00Z")
    file = tmp_path / "views.csv"
    file.write_text(f"path,hour,views\n/eins/,{hour},3\n/nirgends/,{hour},3\n")

    with pytest.raises(SystemExit) as stopped:
        call_command("import_views", str(file))

    output = capsys.readouterr()
    assert stopped.value.code == 1
    assert output.out == "1 rows imported, 1 skipped.\n"
    assert "line 3: no live page has the address /nirgends/" in output.err
