import json
from datetime import UTC, datetime

import pytest
from django.test import Client
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction

from home.models import StandardPage
from news.models import ArticlePage, Author, SectionPage
from news.wordpress.models import ImportedItem, ImportRun
from tests.factories import make_admin
from tests.news.wordpress import wxr
from tests.news.wordpress.conftest import Import


def test_a_post_becomes_an_article_with_everything(import_export: Import) -> None:
    report = import_export(
        wxr.writer("jana", "Jana Beispiel"),
        wxr.category("politik", "Politik"),
        wxr.category("kommunal", "Kommunal", parent="politik", id=2),
        wxr.tag("haushalt", "Haushalt"),
        wxr.item(
            5,
            "Der Haushalt &amp; die Stadt",
            "Erster Absatz.\n\nZweiter <strong>Absatz</strong>.",
            excerpt="Worum es geht.",
            slug="haushalt",
            terms=[
                ("category", "politik", "Politik"),
                ("category", "kommunal", "Kommunal"),
                ("post_tag", "haushalt", "Haushalt"),
            ],
            sticky=1,
        ),
    )

    article = ArticlePage.objects.get()
    assert article.title == "Der Haushalt & die Stadt"
    assert article.url_path == "/home-de/politik/kommunal/haushalt/"
    assert article.standfirst == "Worum es geht."
    assert [block.block_type for block in article.body] == ["text"]
    assert article.body[0].value.source == ("<p>Erster Absatz.</p><p>Zweiter <b>Absatz</b>.</p>")
    assert article.first_published_at == datetime(2020, 5, 1, 10, 30, tzinfo=UTC)
    assert article.last_published_at == datetime(2020, 5, 3, 10, 0, tzinfo=UTC)
    assert [author.name for author in article.authors] == ["Jana Beispiel"]
    assert [tag.name for tag in article.tags.all()] == ["Haushalt"]
    assert article.word_count == 7
    assert SectionPage.objects.count() == 2
    assert Author.objects.get().email == ""
    assert report.as_counts()["post"] == {"imported": 1}


def test_the_page_is_served_and_can_be_edited(import_export: Import, client: Client) -> None:
    import_export(wxr.category("politik"), wxr.item(5, content="Text", slug="haushalt"))
    article = ArticlePage.objects.get()

    assert client.get("/politik/haushalt/").status_code == 200
    client.force_login(make_admin())
    assert client.get(f"/admin/pages/{article.pk}/edit/").status_code == 200
    assert client.get(f"/admin/pages/{article.pk}/history/").status_code == 200
    assert client.get(f"/admin/pages/{article.pk}/usage/").status_code == 200


@pytest.mark.parametrize(
    ("fields", "live", "restriction"),
    [
        ({"status": "publish"}, True, None),
        ({"status": "draft", "date_gmt": "0000-00-00 00:00:00"}, False, None),
        ({"status": "pending"}, False, None),
        ({"status": "private"}, True, "login"),
        ({"status": "publish", "password": "geheim"}, True, "password"),
    ],
)
def test_statuses(
    import_export: Import, fields: dict[str, str], live: bool, restriction: str | None
) -> None:
    import_export(wxr.category("politik"), wxr.item(5, **fields))

    article = ArticlePage.objects.get()
    assert article.live is live
    assert article.has_unpublished_changes is not live
    kinds = PageViewRestriction.objects.values_list("restriction_type", flat=True)
    assert list(kinds) == ([restriction] if restriction else [])


def test_scheduled_posts_are_scheduled(import_export: Import) -> None:
    import_export(
        wxr.category("politik"),
        wxr.item(5, status="future", date="2030-01-01 10:00:00", date_gmt="2030-01-01 09:00:00"),
    )

    article = ArticlePage.objects.get()
    go_live_at = datetime(2030, 1, 1, 9, tzinfo=UTC)
    assert (article.live, article.go_live_at) == (False, go_live_at)
    assert article.latest_revision.approved_go_live_at == go_live_at


def test_a_second_run_changes_nothing(import_export: Import) -> None:
    export = (wxr.writer("jana"), wxr.category("politik"), wxr.tag("x"), wxr.item(5), wxr.item(6))
    import_export(*export)
    before = list(ArticlePage.objects.values()), list(ImportedItem.objects.values())

    report = import_export(*export)

    assert (list(ArticlePage.objects.values()), list(ImportedItem.objects.values())) == before
    assert report.as_counts()["post"] == {"unchanged": 2}


def test_a_changed_export_updates_what_editors_left_alone(import_export: Import) -> None:
    import_export(wxr.category("politik"), wxr.item(5, "Eins"), wxr.item(6, "Zwei"))
    touched = ArticlePage.objects.get(title="Zwei")
    touched.title = "Redigiert"
    touched.save_revision().publish()

    report = import_export(
        wxr.category("politik"), wxr.item(5, "Eins neu"), wxr.item(6, "Zwei neu")
    )

    titles = ArticlePage.objects.order_by("pk").values_list("title", flat=True)
    assert list(titles) == ["Eins neu", "Redigiert"]
    assert report.as_counts()["post"] == {"changed": 1, "kept": 1}
    dates = ArticlePage.objects.get(title="Eins neu")
    assert dates.first_published_at == datetime(2020, 5, 1, 10, 30, tzinfo=UTC)


def test_pages_keep_their_tree_and_leave_the_programs_addresses_alone(
    import_export: Import, client: Client
) -> None:
    import_export(
        wxr.item(7, "Team", "Leute", type="page", parent=6, slug="team", terms=[]),
        wxr.item(6, "Über uns", "<h2>Wir</h2>Text", type="page", slug="ueber-uns", terms=[]),
        wxr.item(8, "Admin", "Text", type="page", slug="admin", terms=[]),
    )

    pages = StandardPage.objects.order_by("url_path").values_list("url_path", flat=True)
    assert list(pages) == [
        "/home-de/admin-2/",
        "/home-de/ueber-uns/",
        "/home-de/ueber-uns/team/",
    ]
    assert client.get("/ueber-uns/team/").status_code == 200


def test_a_dry_run_changes_nothing_and_tells_the_same(import_export: Import) -> None:
    export = (wxr.writer("jana"), wxr.category("politik"), wxr.tag("x"),
              wxr.item(5, comments=[wxr.comment(1)]))  # fmt: skip

    dry = import_export(*export, is_dry_run=True)

    for model in (ArticlePage, SectionPage, Author, ImportedItem, ImportRun, Redirect):
        assert not model.objects.exists()
    wet = import_export(*export).as_counts()
    wet.pop("redirect")
    assert dry.as_counts() == wet


def test_the_report_is_shown_to_those_who_may(import_export: Import, client: Client) -> None:
    import_export(wxr.category("politik"), wxr.item(5, "Sichtbar"), wxr.item(6, status="trash"))
    run = ImportRun.objects.get()

    assert client.get(f"/admin/wordpress/{run.pk}/").status_code in {302, 403}
    client.force_login(make_admin())
    assert client.get("/admin/wordpress/").status_code == 200
    shown = client.get(f"/admin/wordpress/{run.pk}/").content.decode()
    assert f"/admin/pages/{ArticlePage.objects.get().pk}/edit/" in shown
    assert 'href="?outcome=skipped&amp;kind=post">1<' in shown
    assert 'href="https://alt.example/2020/05/artikel-5/" rel="noreferrer"' in shown
    filtered = client.get(f"/admin/wordpress/{run.pk}/?outcome=skipped").content.decode()
    assert "Artikel 6" in filtered
    assert "Sichtbar" not in filtered
    rows = json.loads(b"".join(client.get(f"/admin/wordpress/{run.pk}/report.json")))["rows"]
    assert {row["title"] for row in rows} >= {"Sichtbar", "Artikel 6"}
