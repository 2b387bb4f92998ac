import pytest
from wagtail.models import Site

from cms.outbox.models import OutboxEntry
from home.models import Masthead
from tests.factories import make_home

pytestmark = pytest.mark.django_db


def test_masthead_stands_on_every_page():
    make_home()

    Masthead.objects.create(site=Site.objects.get(is_default_site=True), name="Hafenblatt")

    rows = OutboxEntry.objects.filter(kind="invalidate")
    assert [row.payload for row in rows] == [{"tags": ["navigation"]}]
