import io
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from analytics.models import PageDay
from news.models import ArticlePage
from news.wordpress.records import ExportRefused
from news.wordpress.view_history import convert
from tests.news.wordpress import wxr
from tests.news.wordpress.conftest import Import

NEW = "/politik/haushalt/"
WPP = [
    "ID,postid,pageviews,view_date,view_datetime",
    "1,5,3,2026-01-02,2026-01-02 08:00:00",
    "2,5,4,2026-01-02,2026-01-02 09:00:00",
    "3,99,1,2026-01-02,2026-01-02 09:00:00",
]
JETPACK = [
    '"date","post_id","post_title","post_permalink","views"',
    f'"2026-07-02",5,"x","{wxr.URL}/2020/05/haushalt/","1,007"',
]
TOTALS = [f'"Titel","12","{wxr.URL}/2020/05/haushalt/"', '"Start","3","https://alt.example/"']


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (WPP, ([(NEW, "2026-01-02T11:00:00Z", 7)], 1)),
        (JETPACK, ([(NEW, "2026-07-02T10:00:00Z", 1007)], 0)),
        (TOTALS, ([(NEW, "2026-02-01T11:00:00Z", 12)], 1)),
    ],
)
def test_lists_become_rows_by_page_and_hour(
    import_export: Import, lines: list[str], expected: object
) -> None:
    import_export(wxr.category("politik"), wxr.item(5, slug="haushalt"))

    assert convert(lines, source="alt.example", day=date(2026, 2, 1)) == expected


@pytest.mark.parametrize("lines", [WPP, JETPACK])
def test_the_history_is_counted_and_counted_once(
    import_export: Import, tmp_path: Path, lines: list[str]
) -> None:
    import_export(wxr.category("politik"), wxr.item(5, slug="haushalt"))
    article = ArticlePage.objects.get()
    source, target = tmp_path / "views.csv", tmp_path / "for_import_views.csv"
    source.write_text("\n".join(lines), "utf-8")

    for _twice in range(2):
        call_command("convert_wordpress_views", source, target, site=wxr.URL, stdout=io.StringIO())
        call_command("import_views", str(target), stdout=io.StringIO())

    views = sum(views for _path, _hour, views in convert(lines, source="alt.example")[0])
    assert views in {7, 1007}
    assert list(PageDay.objects.values_list("page_id", "views")) == [(article.pk, views)]


def test_a_line_without_a_day_is_named() -> None:
    with pytest.raises(ExportRefused, match="1"):
        convert(['"Titel","12","https://alt.example/x/"'], source="alt.example")
