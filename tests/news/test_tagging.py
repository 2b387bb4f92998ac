import pytest
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Revision

from news import tagging
from news.models import ArticlePage, Tag
from tests.factories import make_article, make_author, make_user

pytestmark = pytest.mark.django_db


def names(article: ArticlePage) -> list[str]:
    return sorted(ArticlePage.objects.get(pk=article.pk).tags.values_list("name", flat=True))


def links() -> dict[str, str]:
    return dict(Redirect.objects.values_list("old_path", "redirect_link"))


def test_merging_moves_the_articles_and_leads_from_the_old_address(client):
    one = make_article(tags=("Strom",))
    both = make_article(tags=("Strom", "Energie"))
    old, new = Tag.objects.get(name="Strom"), Tag.objects.get(name="Energie")

    assert tagging.merge(old, into=new) == 2

    assert (names(one), names(both)) == (["Energie"], ["Energie"])
    assert not Tag.objects.filter(name="Strom").exists()
    assert links() == {"/thema/strom": "/thema/energie/", "/en/tag/strom": "/en/tag/energie/"}
    answer = client.get("/thema/strom/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/thema/energie/")


def test_drafts_keep_the_merged_tag_when_they_are_published():
    one = make_article(tags=("Strom",))
    both = make_article(tags=("Strom", "Energie"))
    new_draft = make_article(live=False)
    new_draft.tags.add("Strom", "Hafen")
    revisions = [article.save_revision() for article in (one, both, new_draft)]
    old, new = Tag.objects.get(name="Strom"), Tag.objects.get(name="Energie")

    tagging.merge(old, into=new)
    for revision in revisions:
        Revision.objects.get(pk=revision.pk).publish()

    assert [names(article) for article in (one, both, new_draft)] == [
        ["Energie"],
        ["Energie"],
        ["Energie", "Hafen"],
    ]


def test_a_scheduled_draft_keeps_the_merged_tag_below_a_newer_one():
    article = make_article(live=False)
    article.tags.add("Strom")
    waiting = article.save_revision(approved_go_live_at=timezone.now())
    article.tags.clear()
    article.save_revision()

    tagging.merge(Tag.objects.get(name="Strom"), into=Tag.objects.create(name="Energie", slug="e"))
    Revision.objects.get(pk=waiting.pk).publish()

    assert names(article) == ["Energie"]


def test_renaming_leads_from_every_old_address_without_chains_or_loops(client):
    make_article(tags=("Strom",))
    tag = Tag.objects.get(name="Strom")
    for slug in ("energie", "energien", "strom"):
        tag.slug = slug
        tag.save()

    german = {old: new for old, new in links().items() if not old.startswith("/en/")}
    assert german == {"/thema/energie": "/thema/strom/", "/thema/energien": "/thema/strom/"}
    assert client.get("/thema/strom/").status_code == 200


def test_a_renamed_author_is_found_at_the_old_address(client):
    author = make_author("Jana Beispiel", slug="jana-beispiel")
    author.name, author.slug = "Jana Muster", "jana-muster"
    author.save()

    assert links() == {
        "/autor/jana-beispiel": "/autor/jana-muster/",
        "/en/author/jana-beispiel": "/en/author/jana-muster/",
    }
    assert client.get("/en/author/jana-beispiel/").headers["Location"] == "/en/author/jana-muster/"


def test_saving_without_a_new_address_makes_no_redirect():
    tag = Tag.objects.create(name="Hafen", slug="hafen")
    tag.name = "Häfen"
    tag.save()

    assert links() == {}


def test_a_tag_is_not_merged_into_itself():
    tag = Tag.objects.create(name="Hafen", slug="hafen")
    with pytest.raises(ValueError, match="itself"):
        tagging.merge(tag, into=tag)


def test_editors_merge_in_the_admin(client):
    client.force_login(make_user(groups=("Editors",)))
    old = Tag.objects.create(name="Strom", slug="strom")
    new = Tag.objects.create(name="Energie", slug="energie")

    listing = client.get("/admin/snippets/news/tag/").content.decode()
    form = client.get(f"/admin/tags/{old.pk}/merge/").content.decode()
    client.post(f"/admin/tags/{old.pk}/merge/", {"into": new.pk})

    assert f"/admin/tags/{old.pk}/merge/" in listing
    assert f'value="{old.pk}"' not in form
    assert list(Tag.objects.all()) == [new]
