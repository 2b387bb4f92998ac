"""What a body names, and what readers get of it."""

import re

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import translation
from wagtail.documents import get_document_model
from wagtail.models import Page
from wagtail.rich_text import RichText

from home.models import StandardPage
from news import references
from news.references import Named
from tests.factories import make_article, make_home, make_image, make_section

pytestmark = pytest.mark.django_db


def link(page: Page, kind: str = "page") -> str:
    return f'<a linktype="{kind}" id="{page.pk}">dort</a>'


def links(html: str) -> list[str]:
    """The opening tags around the word that every link of these tests carries."""
    return re.findall(r"(<a[^>]*>)dort</a>", html)


def test_named_are_all_pictures_pages_and_documents_wherever_they_stand() -> None:
    page, other, picture = make_article(), make_article(), make_image()
    file = get_document_model().objects.create(
        title="Gutachten", file=ContentFile(b"%PDF-1.4", name="gutachten.pdf")
    )
    body = [
        ("text", f"<p>{link(page)} {link(file, 'document')}</p>"),
        ("image", {"image": picture}),
        ("gallery", {"pictures": [{"image": picture}, {"image": None}]}),
        ("fact_box", {"title": "", "text": f"<p>{link(other)}</p>"}),
        ("read_also", {"article": page}),
        ("read_also", {"article": None}),
        ("text", '<p><a href="https://example.org/">dort</a></p>'),
    ]

    named = references.named_in(make_article(body=body).body)

    assert named == Named(
        pictures=[picture.pk, picture.pk],
        pages=[page.pk, other.pk, page.pk],
        documents=[file.pk],
    )
    assert references.named_in(make_article().body) == Named()


def test_a_link_to_what_readers_do_not_get_leaves_the_words(client: Client) -> None:
    draft, gone, live = make_article(live=False), make_article(), make_article()
    text = f"<p>{link(draft)} {link(gone)} {link(live)}</p>"
    article = make_article(body=[("text", text), ("read_also", {"article": draft})])
    Page.objects.get(pk=gone.pk).delete()

    html = client.get(article.url).content.decode()

    assert links(html) == ["<a>", "<a>", f'<a href="{live.url}">']
    assert "read-also" not in html
    draft.save_revision().publish()
    assert draft.url in client.get(article.url).content.decode()


def test_a_link_leads_to_the_translation_if_there_is_one(client: Client) -> None:
    german = make_article(section=make_section("Wirtschaft"))
    only_german = make_article(section=german.section)
    section = make_section("Economy", parent=make_home(language="en"))
    english = make_article(section=section, translation_key=german.translation_key)
    draft = make_article(section=german.section)
    make_article(section=section, translation_key=draft.translation_key, live=False)
    text = RichText(f"<p>{link(german)} {link(only_german)} {link(draft)}</p>")
    article = make_article(section=section, body=[("text", text)])

    html = client.get(article.url).content.decode()

    wanted = [english.url, only_german.url, draft.url]
    assert links(html) == [f'<a href="{url}">' for url in wanted]
    with translation.override("en"), references.at_hand(article.body) as fetched:
        assert fetched.address_of(german.pk) == english.url


def test_standard_page_costs_the_same_however_long_it_is(
    client: Client, django_assert_max_num_queries
) -> None:
    home = make_home()
    text = ("text", f"<h2>Wer</h2><p>{link(make_article())}</p>")
    picture = ("image", {"image": make_image()})
    pages = [
        Page.objects.get(pk=home.pk).add_child(
            instance=StandardPage(title="Impressum", locale=home.locale, body=body)
        )
        for body in ([text, picture], [text, picture] * 4)
    ]
    for page in pages:
        client.get(page.url)
    with django_assert_max_num_queries(10) as first:
        client.get(pages[0].url)
    with django_assert_max_num_queries(len(first)):
        html = client.get(pages[1].url).content.decode()

    assert re.findall(r'<h2 id="(.*?)"', html) == ["s-wer", "s-wer-2", "s-wer-3", "s-wer-4"]
