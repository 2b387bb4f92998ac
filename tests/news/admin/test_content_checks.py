import pytest
from django.utils import timezone
from wagtail.rich_text import RichText

from news.admin.content_checks import findings
from news.models import ArticlePage
from tests.factories import make_article, make_image, make_user

pytestmark = pytest.mark.django_db


def texts(article: ArticlePage) -> list[str]:
    return [finding.text for finding in findings(article)]


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def test_an_empty_draft_lacks_standfirst_and_tag():
    assert texts(make_article("Neu", live=False)) == [
        "There is no standfirst.",
        "There is no tag.",
    ]


def test_a_complete_article_lacks_nothing():
    target = make_article()
    article = make_article(
        "Strompreis sinkt",
        standfirst="Der Versorger gibt Kosten weiter.",
        tags=("Energie",),
        lead_image=make_image(description="Halle", creator="Lena Muster"),
        body=[
            ("text", RichText(f'<p><a linktype="page" id="{target.pk}">Strom</a></p>')),
            ("read_also", {"article": target}),
        ],
    )

    assert texts(article) == []


def test_headline_pictures_and_links_are_looked_at_wherever_they_stand():
    gone = make_article("Zurückgezogen", live=False)
    bare = make_image("Kran")
    ended = make_image(
        "Halle", description="Halle", creator="Lena", usage_ends_on=timezone.localdate().min
    )
    dead_link = RichText(f'<p><a id="{gone.pk}" linktype="page">dort</a></p>')
    article = make_article(
        "Ein sehr langer Satz " * 5,
        standfirst="Kurz.",
        tags=("Energie",),
        lead_image=bare,
        body=[
            ("text", RichText('<p><a linktype="page" id="999999">weg</a></p>')),
            ("fact_box", {"title": "Zahlen", "text": dead_link}),
            ("image", {"image": ended, "alternative_text": "Ein Tor"}),
            ("gallery", {"pictures": [{"image": bare, "alternative_text": "Ein Kran"}]}),
        ],
    )

    assert texts(article) == [
        "The headline is longer than 90 characters.",
        "“Kran” has no alternative text.",
        "“Kran” has no credit.",
        "“Halle” is not shown: the right of use has ended.",
        "“Kran” has no credit.",
        "2 links lead to pages that are not published.",
    ]


def test_the_editor_shows_the_findings(client):
    client.force_login(make_user(groups=("Editors",)))
    article = make_article("Neu", live=False)

    html = client.get(f"/admin/pages/{article.pk}/edit/").content.decode()

    assert 'href="#id_standfirst"' in html
    assert "There is no tag." in html
