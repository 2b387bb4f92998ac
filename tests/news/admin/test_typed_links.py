"""Addresses of our own that an editor typed instead of choosing the page."""

import pytest
from wagtail.contrib.redirects.models import Redirect
from wagtail.rich_text import RichText

from news.admin.content_checks import dead_link_count
from tests.factories import make_article, make_home, make_section

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "is_dead"),
    [
        ("http://testserver/wirtschaft/da/", False),
        ("https://testserver/wirtschaft/da", False),
        ("/wirtschaft/da/#s-teil", False),
        ("http://testserver/wirtschaft/feed/", False),
        ("http://testserver/suche/?q=Hafen", False),
        ("http://testserver/en/economy/there/", False),
        ("http://testserver/alt/", False),
        ("http://testserver/", False),
        ("https://example.org/wirtschaft/weg/", False),
        ("mailto:redaktion@example.org", False),
        ("#s-teil", False),
        ("http://[", False),
        ("http://testserver/wirtschaft/weg/", True),
        ("/wirtschaft/weg/", True),
        ("http://testserver/wirtschaft/entwurf/", True),
        ("http://testserver/en/economy/da/", True),
        ("//testserver/wirtschaft/weg/", True),
    ],
)
def test_addresses_of_our_own_that_were_typed_are_looked_at(address, is_dead):
    make_article("Da", slug="da", section=make_section("Wirtschaft"))
    make_article("Entwurf", slug="entwurf", live=False)
    english = make_section("Economy", parent=make_home(language="en"))
    make_article("There", slug="there", section=english)
    Redirect.add_redirect("/alt", "/wirtschaft/da/")
    text = RichText(f'<p><a href="{address}">dort</a></p>')
    article = make_article(body=[("text", text)])

    assert dead_link_count(article) == int(is_dead)
