import re

import pytest
from django.utils import translation

from news.blocks import ArticleBodyBlock
from tests.factories import make_article, make_image, make_section, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    client.force_login(make_user(groups=("Editors",)))
    return client


def test_a_nearly_empty_draft_has_a_preview(editor):
    article = make_article("Nur eine Überschrift", live=False)
    article.save_revision()

    preview = editor.get(f"/admin/pages/{article.pk}/view_draft/")

    assert preview.status_code == 200
    assert "Nur eine Überschrift" in preview.content.decode()


def test_an_article_is_begun_below_a_section(editor):
    section = make_section()

    page = editor.get(f"/admin/pages/add/news/articlepage/{section.pk}/")

    assert page.status_code == 200
    assert 'name="standfirst"' in page.content.decode()


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", ArticleBodyBlock().child_blocks)
def test_every_block_shows_itself_in_the_picker(editor, name, language):
    for number in range(2):
        make_image(f"Hafen {number}")
    make_article("Ein veröffentlichter Artikel")
    block = ArticleBodyBlock().child_blocks[name]

    with translation.override(language):
        html = block.render(block.get_preview_value())

    assert block.is_previewable
    assert re.sub(r"<(?!img|hr)[^>]+>", "", html).strip()


@pytest.mark.parametrize("name", ArticleBodyBlock().child_blocks)
def test_previews_survive_a_newsroom_without_pictures_and_articles(name):
    block = ArticleBodyBlock().child_blocks[name]

    block.render(block.get_preview_value())
