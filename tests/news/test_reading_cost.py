"""What an article page asks the database for, whatever its article holds."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.models import Page

from analytics.models import WindowState, WindowTotal
from analytics.timebuckets import bucket_of
from home.models import StandardPage
from news import renditions
from news.models import ArticlePage, ArticleRelation
from tests.factories import make_article, make_author, make_home, make_image, make_section

pytestmark = pytest.mark.django_db

NOW = timezone.now()
AT_MOST = 10


def rank(article: ArticlePage) -> None:
    """Count the article, so that it stands in the box of the most read."""
    WindowState.objects.create(
        window="7d", first_bucket=0, last_bucket=bucket_of(NOW), rolled_at=NOW
    )
    WindowTotal.objects.create(window="7d", page_id=article.pk, visits=9, views=9, readers=9)


def queries_of(client: Client, article: ArticlePage) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(article.url).status_code == 200
    return [query["sql"] for query in queries.captured_queries]


def link(page: Page) -> str:
    return f'<a linktype="page" id="{page.pk}">{page.title}</a>'


def everything(section: Any, *, times: int) -> ArticlePage:
    """Return an article that holds `times` of every block that refers to something."""
    picture = make_image(creator="Lena Muster")
    renditions.warm([picture.pk])
    linked = [make_article(section=section, tags=("Energie",)) for _ in range(5)]
    home = Page.objects.get(pk=section.get_parent().pk)
    about = home.add_child(instance=StandardPage(title="Impressum", locale=section.locale))
    document = get_document_model().objects.create(
        title="Gutachten", file=ContentFile(b"%PDF-1.4", name="gutachten.pdf")
    )
    file = f'<a linktype="document" id="{document.pk}">Gutachten</a>'
    links = " ".join(link(page) for page in (*linked, about, section))
    gallery = [{"image": make_image()} for _ in range(6)]
    body = [
        ("text", f"<p>{links} {file}</p>"),
        ("image", {"image": make_image(), "layout": "inset"}),
        ("image", {"image": picture, "layout": "full"}),
        ("gallery", {"title": "Am Kai", "pictures": gallery}),
        ("fact_box", {"title": "Zahlen", "text": f"<p>{link(linked[0])}</p>"}),
        ("read_also", {"article": linked[1]}),
        ("read_also", {"article": linked[2]}),
        ("note", {"kind": "update", "noted_at": NOW, "text": f"<p>{link(linked[3])}</p>"}),
    ]
    article = make_article(
        section=section,
        authors=tuple(make_author() for _ in range(3)),
        tags=(*(f"Thema {number}" for number in range(9)), "Energie"),
        lead_image=picture,
        social_image=make_image(),
        body=body * times,
    )
    ArticleRelation.objects.create(article=article, related=linked[4])
    ArticleRelation.objects.create(article=article, related=linked[3])
    return article


@pytest.mark.parametrize("language", ["de", "en"])
def test_article_with_one_of_everything(client: Client, language: str) -> None:
    make_home()
    section = make_section(parent=make_home(language=language))
    rank(make_article(section=section))
    once, often = (everything(section, times=times) for times in (1, 4))
    client.get(make_article(section=section).url)

    first = [queries_of(client, article) for article in (once, often)]
    again = [queries_of(client, article) for article in (once, often)]

    assert len(first[0]) == len(first[1])
    assert len(first[0]) <= AT_MOST
    assert [len(asked) for asked in again] == [0, 0]
