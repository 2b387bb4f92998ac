import pytest

from news.models import ArticlePage
from tests.factories import make_article, make_author

pytestmark = pytest.mark.django_db


def test_article_stands_in_the_tree_with_author_and_tag():
    article = make_article(authors=(make_author(),), tags=("Hafen",))

    assert list(ArticlePage.objects.published()) == [article]
    assert article.url == f"/wirtschaft/{article.slug}/"
    assert [str(author) for author in article.authors] == ["Jana Beispiel"]
    assert [tag.name for tag in article.tags.all()] == ["Hafen"]
