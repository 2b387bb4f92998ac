import csv
import io
import re
from datetime import timedelta
from html import unescape
from urllib.parse import urljoin

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from analytics.figures.spans import Dimension, DropReason
from analytics.models import DropCount, PageBucket, PageDay, PageDayDimension
from tests.factories import make_article, make_author, make_home, make_section, make_user

pytestmark = pytest.mark.django_db

OVERVIEW = "/admin/analytics/"
TABLE = "/admin/analytics/table/{}/"


@pytest.fixture
def analyst(client):
    client.force_login(make_user(groups=("Analysts",)))
    return client


def count(page_id: int, *, days_ago: int = 0, visits: int = 1, channel: str = "direct") -> None:
    day = timezone.localdate() - timedelta(days=days_ago)
    PageDay.objects.create(
        page_id=page_id, day=day, visits=visits, views=visits + 1, readers=visits,
        site_readers=1, engaged_seconds=visits * 60,
    )  # fmt: skip
    PageDayDimension.objects.create(
        page_id=page_id, day=day, dimension=Dimension.CHANNEL, value=channel,
        visits=visits, views=visits + 1,
    )  # fmt: skip


def figures(response) -> list[tuple[int, int, int | None]]:
    return [(row.now, row.before, row.change) for row in response.context["key_figures"]]


def table(response, name: str) -> list[tuple[str, int]]:
    return [
        (row.label, row.visits)
        for table, rows, _address in response.context["tables"]
        for row in rows
        if table.name == name
    ]


def test_key_figures_stand_beside_the_period_before(analyst):
    article = make_article("Hafen")
    count(article.pk, visits=30)
    count(article.pk, days_ago=7, visits=20)
    count(article.pk, days_ago=14, visits=500)

    response = analyst.get(OVERVIEW)

    assert figures(response) == [
        *((30, 20, 50), (31, 21, 48), (1, 1, 0), (30, 20, 50)),
        (0, 0, None),  # comments
    ]
    assert [row.visits for row in response.context["chart"].rows] == [0, 0, 0, 0, 0, 0, 30]
    assert [row.visits_before for row in response.context["chart"].rows] == [0] * 6 + [20]


def test_tables_of_the_newsroom_and_of_the_views(analyst):
    culture, author = make_section("Kultur"), make_author("Jana")
    one = make_article("Oper", section=culture, authors=(author,), tags=("Musik",))
    two = make_article("Hafen", section=make_section("Wirtschaft"), authors=(author,))
    count(one.pk, visits=3, channel="search")
    count(two.pk, visits=5)
    count(make_home().pk, visits=2)
    count(987654, visits=1)

    response = analyst.get(OVERVIEW)

    assert table(response, "articles")[:2] == [("Hafen", 5), ("Oper", 3)]
    # one line each for the other pages and for those that are gone
    assert [row[1] for row in table(response, "articles")[2:]] == [2, 1]
    assert table(response, "sections") == [("Wirtschaft", 5), ("Kultur", 3)]
    assert table(response, "authors") == [("Jana", 8)]
    assert table(response, "tags") == [("Musik", 3)]
    assert [row[1] for row in table(response, "channels")] == [8, 3]
    assert table(response, "devices") == []


def test_filters_narrow_the_whole_page(analyst):
    culture, author = make_section("Kultur"), make_author("Jana")
    opera = make_article("Oper", section=culture, authors=(author,), tags=("Musik",))
    other = make_article("Hafen", section=make_section("Wirtschaft"))
    count(opera.pk, visits=3, channel="search")
    count(other.pk, visits=5)

    answers = {
        name: analyst.get(OVERVIEW, {name: value})
        for name, value in {
            "section": str(culture.pk),
            "author": author.slug,
            "tag": opera.tags.get().slug,
            "language": "en",
            "nonsense": "x",
        }.items()
    }

    visits = {name: response.context["totals"].visits for name, response in answers.items()}
    assert visits == {"section": 3, "author": 3, "tag": 3, "language": 0, "nonsense": 8}
    for name in ("section", "author", "tag"):
        assert table(answers[name], "articles") == [("Oper", 3)]
        assert sum(row[1] for row in table(answers[name], "channels")) == 3
        assert answers[name].context["chart"].rows[-1].visits == 3


@pytest.mark.parametrize("period", ["today", "24h", "28d", "90d", "12m"])
def test_every_period_has_its_page(analyst, period):
    article = make_article("Hafen")
    count(article.pk, visits=4)
    bucket = int(timezone.now().timestamp()) // 900
    PageBucket.objects.create(page_id=article.pk, bucket=bucket, visits=4, views=5)

    response = analyst.get(OVERVIEW, {"period": period})

    assert response.context["totals"].visits == 4
    assert sum(row.visits or 0 for row in response.context["chart"].rows) == 4


def test_an_empty_site_says_so(analyst):
    make_home()

    response = analyst.get(OVERVIEW)

    assert response.context["is_new"]
    assert "Noch keine Leser" in response.content.decode()
    assert b"/admin/reports/counting/" in response.content
    assert b"staff-chart" not in response.content


def test_an_empty_period_is_no_new_site(analyst):
    count(make_article("Hafen").pk, days_ago=60)

    response = analyst.get(OVERVIEW)

    assert not response.context["is_new"]
    assert "In diesem Zeitraum wurde nichts gezählt" in response.content.decode()


def test_bots_and_drops_stand_apart(analyst):
    hour = int(timezone.now().timestamp()) // 3600
    for reason, amount in ((DropReason.BOT, 7), (DropReason.AUTOMATION, 2), ("duplicate", 4)):
        DropCount.objects.create(hour=hour, reason=reason, count=amount)

    response = analyst.get(OVERVIEW)

    assert (response.context["bots"], response.context["other_drops"]) == (9, 4)


def test_a_table_is_sorted_searched_and_paged(analyst):
    section = make_section()
    for number in range(1, 53):
        count(make_article(f"Artikel {number:02}", section=section).pk, visits=number)
    address = TABLE.format("articles")

    def labels(**query: str) -> list[str]:
        return [row.label for row in analyst.get(address, query).context["page"].object_list]

    assert (labels()[0], len(labels()), labels(p="2")) == (
        "Artikel 52",
        50,
        ["Artikel 02", "Artikel 01"],
    )
    assert labels(ordering="visits")[0] == labels(ordering="label")[0] == "Artikel 01"
    assert labels(ordering="nonsense")[0] == "Artikel 52"
    assert labels(q="artikel 07") == ["Artikel 07"]
    assert analyst.get(TABLE.format("nonsense")).status_code == 404


def test_no_figure_names_a_person_if_the_site_wants_none(analyst, settings):
    settings.ANALYTICS_PER_PERSON = False
    author = make_author("Jana")
    count(make_article("Oper", authors=(author,)).pk, visits=3)
    count(make_article("Hafen").pk, visits=5)

    response = analyst.get(OVERVIEW, {"author": author.slug})

    assert b"Jana" not in response.content
    assert response.context["totals"].visits == 8
    assert analyst.get(TABLE.format("authors")).status_code == 404
    assert analyst.get(TABLE.format("authors"), {"export": "csv"}).status_code == 404


def test_lines_stand_beside_the_period_before(analyst):
    old, new = make_article("Oper"), make_article("Hafen")
    count(old.pk, visits=6, channel="search")
    count(old.pk, days_ago=7, visits=8, channel="search")
    count(new.pk, visits=5)
    address = TABLE.format("articles")

    tables = {one.name: rows for one, rows, _ in analyst.get(OVERVIEW).context["tables"]}
    text = analyst.get(address, {"export": "csv"}).getvalue().decode()
    rising = analyst.get(address, {"ordering": "change"})

    for name, first, second in (("articles", "Oper", "Hafen"), ("channels", "Suche", "Direkt")):
        assert [(row.label, row.visits_before, row.change) for row in tables[name]] == [
            (first, 8, -25),
            (second, 0, None),
        ]
    assert list(csv.reader(io.StringIO(text)))[1:] == [
        ["Oper", "6", "7", "6", "8", "-25"],
        ["Hafen", "5", "6", "5", "0", ""],
    ]
    assert [row.label for row in rising.context["page"].object_list] == ["Oper", "Hafen"]
    assert "−25&nbsp;%" in rising.content.decode()


def test_what_is_taken_along_has_an_address_with_and_without_wishes(analyst):
    count(make_article("Hafen").pk, visits=4)

    for address in (OVERVIEW, f"{OVERVIEW}?period=28d", TABLE.format("articles")):
        hrefs = re.findall(r'href="([^"]*export=csv)"', analyst.get(address).content.decode())
        assert hrefs
        for href in hrefs:
            assert analyst.get(urljoin(address, unescape(href))).headers["Content-Type"] == (
                "text/csv"
            )


def test_exports_hold_every_row_and_no_formula(analyst):
    count(make_article("=1+1").pk, visits=3)

    text = analyst.get(TABLE.format("articles"), {"export": "csv"}).getvalue().decode()
    book = analyst.get(TABLE.format("articles"), {"export": "xlsx"}).getvalue()
    series = analyst.get(OVERVIEW, {"export": "csv"}).getvalue().decode()

    assert list(csv.reader(io.StringIO(text)))[1] == ["'=1+1", "3", "4", "3"]
    cells = list(load_workbook(io.BytesIO(book)).active.iter_rows())[1]
    assert [cell.value for cell in cells] == ["=1+1", 3, 4, 3]
    assert {cell.data_type for cell in cells} <= {"inlineStr", "s", "n"}
    assert list(csv.reader(io.StringIO(series)))[-1][1:] == ["3", "4", "0", "1 veröffentlicht", ""]


def test_editors_look_but_take_nothing_along(client):
    client.force_login(make_user(groups=("Editors",)))

    assert client.get(OVERVIEW).status_code == 200
    assert b"export=" not in client.get(OVERVIEW).content
    for address in (OVERVIEW, TABLE.format("articles")):
        assert client.get(address, {"export": "csv"}).status_code == 302


@pytest.mark.parametrize("address", [OVERVIEW, TABLE.format("articles"), TABLE.format("authors")])
def test_same_query_count_at_one_and_three_rows(analyst, address):
    def fill() -> None:
        count(make_article(authors=(make_author(),), tags=("Hafen",)).pk)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert analyst.get(address).status_code == 200
        return len(captured)

    fill()
    queries()
    at_one = queries()
    fill()
    fill()

    assert queries() == at_one


def test_sections_and_authors_have_reports_with_their_output(analyst):
    culture, author = make_section("Kultur"), make_author("Jana")
    opera = make_article("Oper", section=culture, authors=(author,), word_count=300)
    other = make_article("Hafen", section=make_section("Wirtschaft"))
    count(opera.pk, visits=3)
    count(other.pk, visits=5)

    section = analyst.get(f"/admin/analytics/section/{culture.pk}/")
    byline = analyst.get(f"/admin/analytics/author/{author.pk}/", {"author": "anders"})

    for response in (section, byline):
        assert response.context["totals"].visits == 3
        output = response.context["output"]
        assert (output.article_count, output.word_count, output.visits_per_article) == (1, 300, 3)
        assert [row.title for row in response.context["newest"]] == ["Oper"]
    assert table(section, "sections") == []
    assert f"section={culture.pk}" in section.content.decode()


def test_an_author_has_no_report_if_the_site_wants_none(analyst, settings):
    settings.ANALYTICS_PER_PERSON = False

    answer = analyst.get(f"/admin/analytics/author/{make_author().pk}/")

    assert answer.status_code == 404


def test_a_channel_filters_what_it_can_and_says_so_of_the_rest(analyst):
    article = make_article("Hafen")
    count(article.pk, visits=5, channel="search")
    day = timezone.localdate()
    for dimension, value in ((Dimension.REFERRER, "google.com"), (Dimension.REFERRER, "t.co"),
                             (Dimension.DEVICE, "mobile")):  # fmt: skip
        PageDayDimension.objects.create(
            page_id=article.pk, day=day, dimension=dimension, value=value, visits=2, views=2
        )

    response = analyst.get(OVERVIEW, {"channel": "search"})

    assert [figure.name for figure in response.context["key_figures"]] == ["visits", "views"]
    assert table(response, "referrers") == [("google.com", 2)]
    beside = [one.name for one, *_ in response.context["tables"] if one.is_beside_channel]
    assert beside == ["campaigns", "search-words", "devices", "browsers", "systems", "countries"]


def test_what_leads_on_keeps_the_wishes(analyst):
    count(make_article("Hafen", tags=("Kran",)).pk, visits=5)

    response = analyst.get(OVERVIEW, {"period": "28d", "compare": "weekdays"})

    rows = {one.name: rows for one, rows, _ in response.context["tables"]}
    assert rows["channels"][0].address == (
        "/admin/analytics/?period=28d&compare=weekdays&channel=direct"
    )
    assert rows["tags"][0].address.endswith("?period=28d&compare=weekdays&tag=kran")
    assert rows["sections"][0].address.endswith("/?period=28d&compare=weekdays")
