import csv
import io
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from analytics.models import PageDay
from news import readership
from news.readership import Period, Preset
from tests.factories import make_article, make_author, make_home, make_section, make_user

pytestmark = pytest.mark.django_db

REPORT = "/admin/reports/readership/"
RESULTS = "/admin/reports/readership/results/"


@pytest.fixture
def analyst(client):
    user = make_user(groups=("Analysts",))
    client.force_login(user)
    return client


def count(article_id: int, *, days_ago: int = 0, visits: int, views: int = 0, readers: int = 0):
    PageDay.objects.create(
        page_id=article_id,
        day=timezone.localdate() - timedelta(days=days_ago),
        visits=visits,
        views=views or visits,
        readers=readers or visits,
        site_readers=readers or visits,
    )


def rows(response) -> list[tuple[str, int, int, int]]:
    return [
        (row.title, row.visits, row.views, row.readers) for row in response.context["object_list"]
    ]


def test_articles_are_ordered_by_visits_in_the_period(analyst):
    few, many, none = make_article("Wenig"), make_article("Viel"), make_article("Ungelesen")
    count(few.pk, visits=3, views=4, readers=2)
    count(few.pk, days_ago=7, visits=100)
    count(many.pk, visits=5)
    count(many.pk, days_ago=6, visits=6, views=9, readers=1)

    response = analyst.get(REPORT)

    assert rows(response) == [("Viel", 11, 14, 6), ("Wenig", 3, 4, 2), ("Ungelesen", 0, 0, 0)]
    assert none.pk


@pytest.mark.parametrize(
    ("ordering", "titles"),
    [
        ("visits", ["B", "A"]),
        ("-visits", ["A", "B"]),
        ("views", ["A", "B"]),
        ("-readers", ["B", "A"]),
        ("title", ["A", "B"]),
        ("-title", ["B", "A"]),
        ("nonsense", ["A", "B"]),
    ],
)
def test_every_column_sorts(analyst, ordering, titles):
    first, second = make_article("A"), make_article("B")
    count(first.pk, visits=2, views=2, readers=1)
    count(second.pk, visits=1, views=3, readers=2)

    response = analyst.get(REPORT, {"ordering": ordering})

    assert [row[0] for row in rows(response)] == titles


def test_a_headline_leads_to_the_report_of_its_article(analyst):
    article = make_article("Da")
    count(article.pk, visits=1)

    page = analyst.get(REPORT).content.decode()

    assert f'href="/admin/analytics/article/{article.pk}/"' in page


def test_drafts_are_not_listed(analyst):
    make_article("Entwurf", live=False)

    response = analyst.get(REPORT)

    assert rows(response) == []
    assert "Entwurf" not in response.content.decode()


def test_section_holds_its_subsections_and_author_narrows(analyst):
    culture, sport = make_section("Kultur"), make_section("Sport")
    music, author = make_section("Musik", parent=culture), make_author()
    make_article("Oper", section=music, authors=(author,))
    make_article("Kino", section=culture)
    make_article("Tor", section=sport, authors=(author,))

    in_culture = analyst.get(REPORT, {"section": culture.pk, "ordering": "title"})
    of_author = analyst.get(REPORT, {"author": author.pk, "ordering": "title"})
    both = analyst.get(REPORT, {"author": author.pk, "section": culture.pk})

    assert [row[0] for row in rows(in_culture)] == ["Kino", "Oper"]
    assert [row[0] for row in rows(of_author)] == ["Oper", "Tor"]
    assert [row[0] for row in rows(both)] == ["Oper"]


def test_totals_keep_what_is_gone_unless_narrowed(analyst):
    section, gone = make_section("Kultur"), make_article("Weg")
    kept = make_article("Da", section=section)
    count(kept.pk, visits=2, views=3, readers=1)
    count(gone.pk, visits=10, views=20, readers=5)
    gone.delete()

    everything = analyst.get(REPORT)
    narrowed = analyst.get(REPORT, {"section": section.pk})

    totals = [
        (response.context["totals"].visits, response.context["totals"].views)
        for response in (everything, narrowed)
    ]
    assert totals == [(12, 23), (2, 3)]
    assert rows(everything) == rows(narrowed) == [("Da", 2, 3, 1)]


def test_custom_period(analyst):
    article = make_article("Da")
    count(article.pk, days_ago=40, visits=7)
    day = timezone.localdate() - timedelta(days=40)

    hit = analyst.get(REPORT, {"period": "custom", "first": day, "last": day})
    miss = analyst.get(REPORT, {"period": "28"})
    broken = analyst.get(REPORT, {"period": "custom", "first": "gestern"})

    assert [rows(response)[0][1] for response in (hit, miss, broken)] == [7, 0, 0]


def test_empty_site_says_so(analyst):
    make_home()
    analyst.get(REPORT)

    without_articles = analyst.get(REPORT).content.decode()
    make_article("Da")
    without_views = analyst.get(REPORT).content.decode()

    assert without_articles.count("readership__empty") == 1
    assert without_views.count("readership__empty") == 1
    assert 'class="listing' not in without_views


@pytest.mark.parametrize("address", [REPORT, RESULTS])
def test_same_query_count_at_one_and_three_rows(analyst, address):
    def fill() -> None:
        article = make_article(authors=(make_author(),))
        count(article.pk, visits=1)

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


def test_csv_and_xlsx_hold_every_row_and_no_formula(analyst):
    author = make_author("=cmd()")
    section = make_section("Kultur")
    article = make_article('=HYPERLINK("x")', section=section, authors=(author,))
    count(article.pk, visits=2, views=3, readers=1)
    for number in range(60):
        make_article(f"Artikel {number:02}", section=section)

    text = b"".join(analyst.get(REPORT, {"export": "csv"}).streaming_content).decode()
    book = b"".join(analyst.get(REPORT, {"export": "xlsx"}).streaming_content)

    table = list(csv.reader(io.StringIO(text)))
    sheet = list(load_workbook(io.BytesIO(book)).active.iter_rows())
    assert len(table) == len(sheet) == 62
    assert table[1][:3] == ['\'=HYPERLINK("x")', "Kultur", "'=cmd()"]
    assert table[1][4:7] == ["2", "3", "1"]
    assert [cell.value for cell in sheet[1]][4:7] == [2, 3, 1]
    assert {cell.data_type for row in sheet for cell in row} == {"inlineStr", "s", "n", "d"}


def test_no_figure_names_a_person_if_the_site_wants_none(analyst, settings):
    settings.ANALYTICS_PER_PERSON = False
    author = make_author("Jana Beispiel")
    count(make_article("Oper", authors=(author,)).pk, visits=3)
    count(make_article("Hafen").pk, visits=5)

    response = analyst.get(REPORT, {"author": author.pk})
    text = b"".join(analyst.get(REPORT, {"export": "csv"}).streaming_content)

    assert [row[0] for row in rows(response)] == ["Hafen", "Oper"]
    assert response.context["totals"].visits == 8
    assert b"Jana" not in response.content
    assert b"Jana" not in text


def test_editors_see_the_report_but_export_nothing(client):
    make_article("Da")
    client.force_login(make_user(groups=("Editors",)))

    seen = client.get(REPORT)
    refused = [client.get(address, {"export": "csv"}) for address in (REPORT, RESULTS)]

    assert "export=csv" not in seen.content.decode()
    assert rows(seen) == [("Da", 0, 0, 0)]
    assert [response.status_code for response in refused] == [302, 302]


def test_menu_shows_the_report_to_those_who_may_open_it(client):
    shown = {}
    for group in ("Reporters", "Editors", "Analysts"):
        client.force_login(make_user(groups=(group,)))
        shown[group] = "reports/readership" in client.get("/admin/").content.decode()

    assert shown == {"Reporters": False, "Editors": True, "Analysts": True}
    assert Group.objects.filter(name__in=shown).count() == 3
    assert reverse("readership_report") == REPORT


TODAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((), Period(Preset.WEEK, date(2026, 3, 25), TODAY)),
        (("1",), Period(Preset.TODAY, TODAY, TODAY)),
        (("28",), Period(Preset.MONTH, date(2026, 3, 4), TODAY)),
        (("90",), Period(Preset.QUARTER, date(2026, 1, 1), TODAY)),
        (("custom",), Period(Preset.CUSTOM, date(2026, 3, 4), TODAY)),
        (
            ("", date(2026, 2, 1)),
            Period(Preset.CUSTOM, date(2026, 2, 1), TODAY),
        ),
        (
            ("custom", date(2026, 2, 2), date(2026, 2, 1)),
            Period(Preset.CUSTOM, date(2026, 2, 1), date(2026, 2, 2)),
        ),
    ],
)
def test_periods(asked, expected):
    assert readership.period(*asked, today=TODAY) == expected
