import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.rich_text import RichText

from news.admin.content_checks import findings
from news.models import ArticlePage, ArticleRelation
from tests.factories import (
    article_form,
    make_article,
    make_author,
    make_image,
    make_section,
    make_user,
)

pytestmark = pytest.mark.django_db


def texts(article: ArticlePage) -> list[str]:
    return [finding.text for finding in findings(article)]


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


def test_an_empty_draft_lacks_standfirst_and_tag():
    assert texts(make_article("Neu", live=False)) == [
        "There is no standfirst.",
        "There is no author.",
        "There is no tag.",
    ]


def test_a_complete_article_lacks_nothing():
    target = make_article()
    article = make_article(
        "Strompreis sinkt",
        standfirst="Der Versorger gibt Kosten weiter.",
        authors=(make_author(),),
        tags=("Energie",),
        lead_image=make_image(description="Halle", creator="Lena Muster"),
        body=[
            ("text", RichText(f'<p><a linktype="page" id="{target.pk}">Strom</a></p>')),
            ("read_also", {"article": target}),
            ("image", {"image": make_image(creator="Lena Muster"), "is_decorative": True}),
        ],
    )
    article.related_picks.add(ArticleRelation(related=target))

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
        authors=(make_author(),),
        tags=("Energie",),
        lead_image=bare,
        social_image=ended,
        body=[
            ("text", RichText('<p><a linktype="page" id="999999">weg</a></p>')),
            ("fact_box", {"title": "Zahlen", "text": dead_link}),
            ("image", {"image": ended, "alternative_text": "Ein Tor"}),
            ("gallery", {"pictures": [{"image": bare, "alternative_text": "Ein Kran"}]}),
            ("note", {"text": RichText('<p><a linktype="document" id="7">PDF</a></p>')}),
        ],
    )
    article.related_picks.add(ArticleRelation(related=make_article(live=False)))

    assert texts(article) == [
        "The headline is longer than 90 characters.",
        "“Kran” has no alternative text.",
        "“Kran” has no credit.",
        "“Halle” is not shown: the right of use has ended.",
        "“Kran” has no credit.",
        "4 links lead to unpublished pages or missing documents.",
        "“Halle” is not shown on social networks: the right of use has ended.",
    ]


def shown(html: str) -> list[str]:
    """The findings in the panel, in their order."""
    return re.findall(r"content-checks__icon.*?<span>(.*?)</span>", html, re.S)


def test_a_new_article_is_checked_from_the_first_moment(client):
    client.force_login(make_user(groups=("Reporters",)))

    form = client.get(f"/admin/pages/add/news/articlepage/{make_section().pk}/").content.decode()

    assert shown(form) == ["There is no standfirst.", "There is no author.", "There is no tag."]


def test_every_saving_of_the_draft_brings_the_new_list_and_its_number(client):
    client.force_login(make_user(groups=("Editors",)))
    article = make_article("Neu", live=False, authors=(make_author(),))
    fields = article_form(article) | {"standfirst": "Kurz.", "tags": "Energie"}
    address = f"/admin/pages/{article.pk}/edit/"
    assert shown(client.get(address).content.decode())[0] == "There is no standfirst."

    answer = client.post(address, fields, headers={"accept": "application/json"}).json()

    assert answer["success"]
    assert shown(answer["html"]) == []
    assert "Nothing is missing." in answer["html"]
    toggle = answer["html"].split("[data-side-panel-toggle='content-checks']")[1]
    assert " hidden>0</div>" in toggle.split("</template>")[0]


def test_checking_costs_the_same_at_one_and_at_three_pictures_and_links():
    def queries(count: int) -> int:
        body = [
            ("image", {"image": make_image(creator="Lena")}),
            ("text", RichText(f'<p><a linktype="page" id="{make_article().pk}">hier</a></p>')),
            ("text", RichText(f'<p><a href="http://testserver{make_article().url}">a</a></p>')),
        ]
        article = make_article(authors=(make_author(),), tags=("Energie",), body=body * count)
        article = ArticlePage.objects.get(pk=article.pk)
        with CaptureQueriesContext(connection) as captured:
            findings(article)
        return len(captured)

    assert queries(1) == queries(3)


def test_wagtails_own_checks_look_at_the_text_only(client):
    client.force_login(make_user(groups=("Editors",)))
    article = make_article("Neu", live=False)

    html = client.get(f"/admin/pages/{article.pk}/edit/").content.decode()

    found = re.search(r'id="checker-axe-configuration"[^>]*>(.*?)</script>', html, re.S)
    assert found is not None
    assert json.loads(found[1])["context"]["include"] == ["main"]
