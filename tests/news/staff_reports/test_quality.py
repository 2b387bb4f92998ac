import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import DropCount, PageDay
from tests.factories import make_user

pytestmark = pytest.mark.django_db

QUALITY = "/admin/analytics/quality/"


@pytest.fixture
def analyst(client):
    client.force_login(make_user(groups=("Analysts",)))
    return client


def drop(reason: str, count: int, detail: str = "") -> None:
    hour = int(timezone.now().timestamp()) // 3600
    DropCount.objects.create(hour=hour, reason=reason, detail=detail, count=count)


def table(rows) -> list[tuple[int, int]]:
    return [(row.count, row.share) for row in rows]


def test_counted_stands_beside_dropped(analyst):
    PageDay.objects.create(page_id=1, day=timezone.localdate(), views=100, visits=80)
    drop("bot", 6, "crawler")
    drop("bot", 2, "ai")
    drop("automation", 1)
    drop("duplicate", 3)

    context = analyst.get(QUALITY).context

    assert (context["views"], context["dropped_bots"], context["dropped_others"]) == (100, 9, 3)
    assert table(context["reasons"]) == [(8, 100), (3, 38), (1, 12)]
    assert [row.label for row in context["bots"]][:2] == ["crawler", "KI-Unternehmen"]
    last = context["days"][-1]
    assert (last.views, last.bots, last.others) == (100, 9, 3)
    assert len(context["days"]) == 7


def test_an_empty_site_has_its_page(analyst):
    assert analyst.get(QUALITY).content.count(b"readership__empty") == 2


def test_every_table_is_taken_along(analyst):
    drop("bot", 6, "=crawler")

    found = {}
    for name in ("days", "reasons", "bots"):
        response = analyst.get(QUALITY, {"export": "csv", "table": name})
        found[name] = list(csv.reader(io.StringIO(response.getvalue().decode())))[1:]

    assert len(found["days"]) == 7
    assert found["days"][-1][1:] == ["0", "6", "0", ""]
    assert [row[1] for row in found["reasons"]] == ["6"]
    assert found["bots"] == [["'=crawler", "6"]]


def test_same_query_count_whatever_was_dropped(analyst):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert analyst.get(QUALITY).status_code == 200
        return len(captured)

    drop("bot", 1, "crawler")
    queries()
    at_one = queries()
    drop("bot", 1, "ai")
    drop("duplicate", 1)

    assert queries() == at_one


def test_editors_are_refused(client):
    client.force_login(make_user(groups=("Editors",)))

    assert client.get(QUALITY).status_code == 302


def test_what_is_kept_by_day_offers_and_names_whole_days_alone(analyst):
    for address in (QUALITY, "/admin/analytics/newsroom/"):
        answer = analyst.get(address, {"period": "now"})

        offered = [preset.value for preset, _ in answer.context["presets"]]
        assert offered == ["today", "7d", "28d", "90d", "12m"]
        assert b"Viertelstunde" not in answer.content
        assert b"quarter of an hour" not in answer.content
    assert b"compare=weekdays" not in analyst.get(QUALITY).content
    assert b"compare=weekdays" in analyst.get("/admin/analytics/newsroom/").content
