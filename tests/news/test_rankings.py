import pytest
from django.db import DatabaseError, connection
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from analytics.models import WindowState, WindowTotal
from analytics.timebuckets import bucket_of
from cms.page_cache import fragments
from news.models import ArticlePage
from news.rankings import most_read, most_read_beside
from tests.factories import make_article, make_author, make_home, make_section

pytestmark = pytest.mark.django_db


def rank(*articles: Page, window: str = "7d") -> None:
    """Count articles so that they rank in this order, 100 visits down."""
    now = timezone.now()
    WindowState.objects.get_or_create(
        window=window,
        defaults={"first_bucket": 0, "last_bucket": bucket_of(now), "rolled_at": now},
    )
    for place, article in enumerate(articles):
        WindowTotal.objects.create(
            window=window, page_id=article.pk, visits=100 - place, views=200 - place, readers=1
        )


def broken_ranking(execute, sql, params, many, context):
    """A database whose table of totals is broken."""
    if "analytics_windowtotal" in sql:
        raise DatabaseError("disk I/O error")
    return execute(sql, params, many, context)


def ids(ranked) -> list[int]:
    return [entry.article.pk for entry in ranked]


def test_most_read_keeps_the_order_of_the_ranking():
    first, second, third = make_article(), make_article(), make_article()
    rank(third, first, second)

    ranked = most_read()

    assert [(entry.rank, entry.article, entry.visits, entry.views) for entry in ranked] == [
        (1, third, 100, 200),
        (2, first, 99, 199),
        (3, second, 98, 198),
    ]


def test_draft_private_sensitive_and_deleted_never_appear_and_the_list_fills_up():
    draft, private, sensitive = (
        make_article(live=False),
        make_article(),
        make_article(is_sensitive=True),
    )
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    deleted, shown, also = make_article(), make_article(), make_article()
    rank(draft, private, sensitive, deleted, make_home(), shown, also)
    deleted.delete()

    assert ids(most_read(limit=2)) == [shown.pk, also.pk]


def test_filters_come_before_the_limit():
    section, other = make_section("Wirtschaft"), make_section("Sport")
    author = make_author(slug="jana")
    wanted = make_article(section=section, tags=("Energie",), authors=(author,))
    rivals = [make_article(section=other) for _ in range(3)]
    rank(*rivals, wanted)

    assert ids(most_read(limit=1, scope=section.pk)) == [wanted.pk]
    assert ids(most_read(limit=1, tag="energie")) == [wanted.pk]
    assert ids(most_read(limit=1, author="jana")) == [wanted.pk]
    assert ids(most_read(limit=1, tag="energie", author="jana", scope=section.pk)) == [wanted.pk]
    assert ids(most_read(tag="nichts")) == []


def test_section_of_a_section_is_within_scope():
    section = make_section("Wirtschaft")
    article = make_article(section=make_section("Boerse", parent=section))
    rank(article)

    assert ids(most_read(scope=section.pk)) == [article.pk]


def test_box_speaks_the_pages_language_and_leaves_the_page_out():
    section = make_section("Wirtschaft")
    english = make_section("Business", parent=make_home(language="en"))
    german, read = make_article(section=section), make_article(section=section)
    foreign = make_article(section=english)
    rank(foreign, read, german)

    assert ids(most_read_beside(read)) == [german.pk]
    assert ids(most_read_beside(make_home(language="en"))) == [foreign.pk]


@pytest.mark.parametrize("address", ["suche/", "thema/energie/", "autor/jana/", "gibt-es-nicht/"])
def test_box_stands_beside_what_is_no_page_in_the_language_of_the_address(client, address):
    make_author("Jana", slug="jana")
    make_article("Aus der Nähe", tags=("Energie",))
    english = make_section("Business", parent=make_home(language="en"))
    rank(make_article("Meist gelesen"), make_article("Elsewhere", section=english))

    html = client.get(f"/{address}").content.decode()
    box = html[html.index('id="most-read-heading"') :]

    assert "Meist gelesen</a>" in box
    assert "Elsewhere" not in box


def test_box_is_left_out_if_the_ranking_cannot_be_read(caplog):
    article = make_article()
    rank(make_article())

    with connection.execute_wrapper(broken_ranking):
        assert most_read_beside(article) == []

    assert [record.message for record in caplog.records if record.name == "news.rankings"] == [
        "The ranking cannot be read; pages go without their box."
    ]


def render(page: Page) -> str:
    request = RequestFactory().get("/")
    template = Template("{% load news_tags %}{% most_read_box page %}")
    return template.render(Context({"page": page, "request": request}))


def test_box_shows_titles_as_an_ordered_list():
    article = make_article("Eins <b>")
    rank(article)

    html = render(make_article())

    assert "<ol" in html
    assert "Eins &lt;b&gt;</a>" in html


def test_box_is_left_out_when_there_is_nothing():
    assert render(make_article()).strip() == ""


def test_box_asks_as_much_for_one_as_for_three():
    page = make_article()
    counts = []
    for articles in ((make_article(),), (make_article(), make_article())):
        rank(*articles)
        render(page)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            render(Page.objects.get(pk=page.pk))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_box_asks_for_the_articles_only_if_there_are_others(django_assert_num_queries):
    page = ArticlePage.objects.select_related("locale").get(pk=make_article().pk)
    first, second = make_article(), make_article()
    rank(first, second)

    def asked_anew(*, queries: int) -> list[int]:
        kept = fragments._of_transaction()
        for key in [key for key in kept if key[0] == "most_read"]:
            del kept[key]
        with django_assert_num_queries(queries):
            return ids(most_read_beside(page))

    assert asked_anew(queries=3) == [first.pk, second.pk]
    WindowTotal.objects.filter(page_id=second.pk).update(visits=500)
    assert asked_anew(queries=2) == [second.pk, first.pk]
    first.unpublish()
    assert asked_anew(queries=3) == [second.pk]
