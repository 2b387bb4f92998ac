import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from news.comments.models import CommentState
from tests.factories import make_user
from tests.news.comments.conftest import NOW, MakeComment

pytestmark = pytest.mark.django_db


def panel(client, group: str) -> str:
    client.force_login(make_user(groups=(group,)))
    html = client.get("/admin/").content.decode()
    found = re.search(r'id="waiting-comments-section".*?</section>', html, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def test_moderators_see_what_has_waited_longest(client, make_comment: MakeComment):
    for name, hours in (("Spät", 1), ("Früh", 5)):
        make_comment(CommentState.PENDING, name=name, now=NOW - timedelta(hours=hours))
    make_comment(CommentState.PUBLISHED, name="Schon da")

    said = panel(client, "Comment moderators")

    assert said.index("Früh") < said.index("Spät")
    assert "Die Mieten steigen" in said
    assert "Schon da" not in said


def test_an_empty_queue_is_said_and_others_do_not_see_it(client):
    assert "Kein Kommentar wartet auf eine Entscheidung." in panel(client, "Comment moderators")
    assert panel(client, "Reporters") == panel(client, "Analysts") == ""


def test_number_of_queries_does_not_grow(client, make_comment: MakeComment):
    make_comment(CommentState.PENDING)
    panel(client, "Comment moderators")
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/")
        counts.append(len(queries))
        for _number in range(2):
            make_comment(CommentState.PENDING)

    assert counts[0] == counts[1]
