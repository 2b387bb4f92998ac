from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import RequestFactory, TestCase
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, Site

from cms.page_cache import fragments
from home.demo import newsroom, people
from home.models import HomePage, Masthead, StandardPage
from news.models import ArticlePage, Author, NewsImage, SectionPage, Tag

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


def quiet(_text: str) -> None:
    pass


def content() -> dict[str, list[tuple[Any, ...]]]:
    """Everything the seed writes, as rows."""
    return {
        "pages": list(
            Page.objects.order_by("path").values_list(
                "path", "title", "slug", "live", "first_published_at", "last_published_at",
                "translation_key", "latest_revision_id",
            )
        ),
        "bodies": [
            (page.pk, str(page.body.get_prep_value()))
            for page in ArticlePage.objects.order_by("pk")
        ],
        "pictures": list(NewsImage.objects.order_by("pk").values_list("pk", "title", "file_hash")),
        "authors": list(Author.objects.order_by("pk").values_list("pk", "slug", "portrait")),
        "tags": list(Tag.objects.order_by("pk").values_list("pk", "slug")),
        "users": list(
            get_user_model().objects.order_by("pk").values_list("pk", "username", "password")
        ),
    }  # fmt: skip


class DemoNewsroomTest(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.was_built = newsroom.seed(now=NOW, say=quiet)

    def test_second_seed_changes_nothing(self) -> None:
        before = content()

        was_built = newsroom.seed(now=NOW + timedelta(days=3), say=quiet)

        assert (self.was_built, was_built) == (True, False)
        assert content() == before

    def test_second_seed_keeps_what_editors_changed(self) -> None:
        article = ArticlePage.objects.get(slug="nachtbus-hafeninsel")
        article.title = "Geändert"
        article.save_revision().publish()
        ArticlePage.objects.get(slug="seegras-kehrt-zurueck").delete()

        newsroom.seed(now=NOW, say=quiet)

        assert ArticlePage.objects.get(slug="nachtbus-hafeninsel").title == "Geändert"
        assert not ArticlePage.objects.filter(slug="seegras-kehrt-zurueck").exists()

    def test_there_are_enough_articles_in_four_sections(self) -> None:
        german = ArticlePage.objects.filter(locale__language_code="de", live=True)
        sections = SectionPage.objects.filter(locale__language_code="de", depth=3)

        assert german.count() == 30
        assert sorted(section.title for section in sections) == [
            "Kultur", "Stadt", "Wirtschaft", "Wissen",
        ]  # fmt: skip
        assert all(german.descendant_of(section).count() >= 5 for section in sections)

    def test_every_article_is_complete(self) -> None:
        for article in ArticlePage.objects.all():
            with self.subTest(article.slug):
                assert article.standfirst
                assert article.kicker
                assert article.tags.count() >= 1
                assert len(article.authors) >= 1
                assert article.lead_alternative_text
                assert article.lead_caption
                assert article.lead_image.credit
                assert article.lead_image.licence_url
                assert article.live_revision_id

    def test_publication_is_spread_over_three_weeks_before_the_seed(self) -> None:
        times = [article.first_published_at for article in ArticlePage.objects.all()]

        assert max(times) < NOW
        assert min(times) > NOW - timedelta(days=21)
        assert sum(1 for time in times if time > NOW - timedelta(days=1)) >= 6

    def test_every_kind_of_block_is_used(self) -> None:
        used = {block.block_type for page in ArticlePage.objects.all() for block in page.body}

        assert used == set(ArticlePage.body.field.stream_block.child_blocks)

    def test_every_body_renders(self) -> None:
        for page in [*ArticlePage.objects.all(), *StandardPage.objects.all()]:
            with self.subTest(page.slug):
                html = page.body.render_as_block()
                assert html.strip()
                assert ":::" not in html
                assert "**" not in html
                page.body.stream_block.clean(page.body)

    def test_no_article_asks_the_database_more_than_ten_times(self) -> None:
        pages = list(ArticlePage.objects.live())
        # What all pages share is known, as it is after a process's first moment.
        for page in (pages[0], pages[-1]):
            self.client.get(page.url)
        fragments.drop_in_transaction([f"page:{page.pk}" for page in pages])
        asked = {}
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert self.client.get(page.url).status_code == 200
            asked[page.slug] = len(queries)

        assert len(asked) == 39
        assert {slug: count for slug, count in asked.items() if count > 10} == {}

    def test_translations_belong_to_their_originals(self) -> None:
        english = ArticlePage.objects.filter(locale__language_code="en")

        originals = {page.slug: page.get_translations().get().slug for page in english}

        assert len(originals) == 9
        assert originals["glass-eels-late"] == "glasaale-kommen-spaeter"
        for page in SectionPage.objects.filter(locale__language_code="de"):
            assert page.get_translations().count() == 1

    def test_german_home_is_the_root_and_english_its_translation(self) -> None:
        site = Site.objects.get(is_default_site=True)
        request = RequestFactory().get("/")

        german = site.root_page.specific
        english = german.get_translations().get()

        assert isinstance(german, HomePage)
        assert (german.get_url(request), english.get_url(request)) == ("/", "/en/")
        assert [slot.article.slug for slot in english.specific.lead_slots.all()] == newsroom.LEADS[
            "en"
        ]
        assert not Page.objects.filter(slug="home", depth=2).exists()

    def test_masthead_marks_the_demo_and_links_the_standard_pages(self) -> None:
        masthead = Masthead.objects.get()

        assert masthead.is_demo is True
        assert [link.page.slug for link in masthead.footer_links.all()] == [
            "impressum", "datenschutz", "ueber-uns",
        ]  # fmt: skip

    def test_tags_are_shared(self) -> None:
        assert 15 <= Tag.objects.count() <= 50
        assert Tag.objects.get(slug="kuestenschutz").article_tags.count() >= 4

    def test_removal_takes_the_demo_and_nothing_else(self) -> None:
        section = SectionPage.objects.get(slug="wissen")
        mine = section.add_child(
            instance=ArticlePage(title="Eigener Artikel", slug="eigener", locale=section.locale)
        )

        newsroom.remove()

        assert [page.slug for page in ArticlePage.objects.all()] == ["eigener"]
        left = Page.objects.filter(depth__gt=1).order_by("path").values_list("slug", flat=True)
        assert list(left) == ["startseite", "wissen", "eigener"]
        assert ArticlePage.objects.get().pk == mine.pk
        assert NewsImage.objects.count() == Author.objects.count() == Tag.objects.count() == 0

    def test_one_login_per_role(self) -> None:
        users = get_user_model().objects.order_by("username")

        assert [
            (user.username, user.is_superuser, [group.name for group in user.groups.all()])
            for user in users
        ] == [
            ("admin", True, []),
            ("analyse", False, ["Analysts"]),
            ("moderation", False, ["Comment moderators"]),
            ("redakteurin", False, ["Editors"]),
            ("reporter", False, ["Reporters"]),
        ]
        logins = people.demo_logins()
        assert [login[0] for login in logins] == [login.username for login in people.LOGINS]
        assert users.get(username="reporter").check_password(logins[0][2])
        assert users.get(username="analyse").wagtail_userprofile.preferred_language == "en"


class EmptySiteTest(TestCase):
    def test_empty_seed_makes_front_pages_and_drafts(self) -> None:
        newsroom.seed_empty(now=NOW, say=quiet)

        pages = Page.objects.filter(depth__gt=1).order_by("path").values_list("slug", "live")
        assert list(pages) == [
            ("startseite", True),
            ("datenschutz", False),
            ("impressum", False),
            ("front-page", True),
            ("imprint", False),
            ("privacy", False),
        ]
        assert [login[0] for login in people.demo_logins()] == ["admin"]
        assert Masthead.objects.get().is_demo is False

    def test_untouched_empty_site_takes_the_demo(self) -> None:
        newsroom.seed_empty(now=NOW, say=quiet)

        assert newsroom.seed(now=NOW, say=quiet) is True
        assert HomePage.objects.count() == 2

    def test_site_with_a_section_of_its_own_is_left_alone(self) -> None:
        newsroom.seed_empty(now=NOW, say=quiet)
        home = HomePage.objects.get(slug="startseite")
        home.add_child(instance=SectionPage(title="Meins", slug="meins", locale=home.locale))

        assert newsroom.seed(now=NOW, say=quiet) is False
        assert ArticlePage.objects.count() == 0
