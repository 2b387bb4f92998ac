import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from wagtail.documents.models import Document
from wagtail.models import PageViewRestriction

from news.comments.models import ReaderComment
from news.models import ArticleAuthor, ArticlePage, Author, NewsImage, SectionPage, Tag
from news.wordpress import importing
from tests.factories import make_article, make_author, make_home, make_image, make_section
from tests.news.wordpress.conftest import NOW

pytestmark = pytest.mark.django_db
PUBLISHED = datetime(2024, 3, 1, 8, 30, tzinfo=UTC)


def the_site() -> dict[str, Any]:
    """Return all content by names, without our numbers."""
    titles = {str(article.pk): article.title for article in ArticlePage.objects.all()}
    pictures = {picture.pk: picture.title for picture in NewsImage.objects.all()}

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            known = {"image": pictures, "article": {a.pk: a.title for a in
                     ArticlePage.objects.all()}}  # fmt: skip
            return {
                key: known[key].get(inner) if key in known else named(inner)
                for key, inner in value.items()
                if key != "id"
            }
        if isinstance(value, str):
            return re.sub(r'(linktype="page" id=")(\d+)', lambda m: m[1] + titles[m[2]], value)
        return [named(inner) for inner in value] if isinstance(value, list) else value

    articles = [
        {
            "path": article.url_path,
            "title": article.title,
            "kicker": article.kicker,
            "standfirst": article.standfirst,
            "lead": article.lead_image.title if article.lead_image else "",
            "lead_caption": article.lead_image_caption,
            "body": named(list(article.body.get_prep_value())),
            "authors": [author.name for author in article.authors],
            "tags": sorted(tag.name for tag in article.tags.all()),
            "live": article.live,
            "published": article.first_published_at,
            "sensitive": article.is_sensitive,
            "mode": article.comment_mode,
            "updated": article.significantly_updated_at,
            "comments": [
                (c.name, c.text, c.submitted_at, c.parent.text if c.parent else "")
                for c in ReaderComment.objects.filter(article=article, state="published")
            ],
        }
        for article in (
            a if a.live else a.get_latest_revision_as_object()
            for a in ArticlePage.objects.order_by("url_path")
        )
    ]
    return {
        "articles": articles,
        "sections": list(
            SectionPage.objects.order_by("url_path").values_list("url_path", "title")
        ),
        "authors": list(Author.objects.order_by("name").values_list("name", "biography", "slug")),
        "pictures": list(
            NewsImage.objects.order_by("title").values_list(
                "title", "description", "caption", "creator", "source", "licence"
            )
        ),
        "restrictions": list(
            PageViewRestriction.objects.values_list("page__slug", "restriction_type", "password")
        ),
    }


def make_a_site() -> None:
    make_home()
    section = make_section("Wirtschaft")
    nested = make_section("Börse", parent=section)
    picture = make_image(
        "Hafen", description="Kräne", caption="Der Hafen", creator="J. Doe", source="dpa",
        licence="cc-by-4.0", width=60, height=40,
    )  # fmt: skip
    author = make_author("Jana Beispiel", biography="Schreibt.\n\nSeit 2001.")
    other = make_article("Anderer", section=nested, published_at=PUBLISHED, slug="anderer")
    article = make_article(
        "Alles & mehr <b>",
        section=section,
        authors=(author, make_author("Zweite Feder")),
        tags=("Hafen", "Zoll"),
        published_at=PUBLISHED,
        slug="alles",
        kicker="Im Norden",
        standfirst="Zwei Sätze. Genau zwei.",
        lead_image=picture,
        lead_image_caption="Andere Worte",
        is_sensitive=True,
        significantly_updated_at=PUBLISHED,
        comment_mode="open",
        body=json.dumps(
            [
                {"type": "text", "value": "<p>Eins <b>fett</b> <a linktype=\"page\" "
                 f"id=\"{other.pk}\">hier</a></p><ul><li>a</li></ul><h3>Klein</h3>"},
                {"type": "subheading", "value": "Zwischen & Titel"},
                {"type": "quotation", "value": {"text": "So\n\nist es", "speaker": "Er",
                 "speaker_role": "Chef"}},
                {"type": "pull_quote", "value": {"text": "Kurz"}},
                {"type": "image", "value": {"image": picture.pk, "alternative_text": "Kran",
                 "caption": "Bild", "layout": "inset"}},
                {"type": "gallery", "value": {"title": "Galerie", "pictures": [
                    {"type": "item", "value": {"image": picture.pk, "alternative_text": "",
                     "caption": "1", "layout": "full"}},
                    {"type": "item", "value": {"image": picture.pk, "alternative_text": "",
                     "caption": "2", "layout": "full"}}]}},
                {"type": "embed", "value": {"url": "https://www.youtube.com/watch?v=abcdefghijk",
                 "title": "Film"}},
                {"type": "table", "value": {"columns": [{"type": "text", "heading": "A"},
                 {"type": "number", "heading": "B"}], "rows": [{"values": ["x", "1.50"]}],
                 "caption": "T"}},
                {"type": "fact_box", "value": {"title": "Fakten",
                 "text": "<p>--&gt; &amp; <b>x</b></p>"}},
                {"type": "read_also", "value": {"article": other.pk}},
                {"type": "separator", "value": None},
                {"type": "code", "value": {"title": "", "text": "  if a < b:\n\tx --> y"}},
                {"type": "code", "value": {"title": "Abfahrten", "text": "06:00\n  07:00"}},
                {"type": "image", "value": {"image": picture.pk, "alternative_text": "",
                 "is_decorative": True, "caption": "", "layout": "full"}},
                {"type": "note", "value": {"kind": "correction",
                 "noted_at": "2024-03-02T10:00:00+00:00", "text": "<p>Falsch.</p>"}},
            ]
        ),
    )  # fmt: skip
    draft = make_article("Entwurf", section=section, live=False, slug="entwurf")
    draft.save_revision()
    PageViewRestriction.objects.create(page=other, restriction_type="password", password="auf")
    for number, parent in ((1, None), (2, 1)):
        ReaderComment.objects.create(
            pk=number,
            article=article,
            parent_id=parent,
            name="Leser",
            text=f"Text {number} <i>& so</i>\nZeile",
            state="published",
            language="de",
            submitted_at=PUBLISHED,
            confirmed_at=PUBLISHED,
            published_at=PUBLISHED,
            ticket_digest=str(number),
        )


def empty_the_site() -> None:
    ReaderComment.objects.filter(parent__isnull=False).delete()
    ReaderComment.objects.all().delete()
    for section in SectionPage.objects.filter(depth=3):
        section.delete()
    ArticleAuthor.objects.all().delete()
    for model in (Author, Tag, NewsImage, Document):
        model.objects.all().delete()


def test_export_and_import_give_the_same_site(tmp_path: Path, settings: Any) -> None:
    make_a_site()
    before = the_site()
    wxr, as_json = tmp_path / "out.xml", tmp_path / "out.json"
    call_command("export_articles", wxr=wxr, json=as_json, stdout=io.StringIO())
    media = tmp_path / "media"
    (media / "original_images").mkdir(parents=True)
    for picture in NewsImage.objects.all():
        (media / picture.file.name).write_bytes(picture.file.read())
        picture.file.close()
    empty_the_site()

    report = importing.run(importing.Options(path=wxr, media=media), now=NOW)

    after = the_site()
    for old, new in zip(before["articles"], after["articles"], strict=True):
        for old_block, new_block in zip(old["body"], new["body"], strict=True):
            assert new_block == old_block
        for name in old:
            assert (name, new[name]) == (name, old[name])
    assert after == before
    assert report.as_counts()["post"] == {"imported": 3}
    exported = json.loads(as_json.read_text())
    assert [article["title"] for article in exported["articles"]] == [
        "Anderer", "Alles & mehr <b>", "Entwurf",
    ]  # fmt: skip
    assert [c["name"] for c in exported["articles"][1]["comments"]] == ["Leser", "Leser"]
    assert timezone.now() > NOW
