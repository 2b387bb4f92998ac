from datetime import timedelta

import pytest
from django.utils import timezone

from analytics.models import WindowState, WindowTotal
from analytics.timebuckets import bucket_of
from news import scheduling
from tests.factories import make_article, make_user

pytestmark = pytest.mark.django_db


def dashboard(client, group: str) -> str:
    client.force_login(make_user(groups=(group,)))
    return client.get("/admin/").content.decode()


def panels(html: str) -> list[str]:
    return [name for name in ("most-read-now", "schedule") if f'id="{name}-section"' in html]


def test_each_role_sees_its_panels(client, clean_redis):
    seen = {
        group: panels(dashboard(client, group))
        for group in ("Reporters", "Editors", "Comment moderators", "Analysts")
    }

    assert seen == {
        "Reporters": [],
        "Editors": ["most-read-now", "schedule"],
        "Comment moderators": [],
        "Analysts": ["most-read-now"],
    }


def test_schedule_is_quiet_while_it_runs_and_nothing_waits(client, clean_redis):
    scheduling.publish_due()

    assert panels(dashboard(client, "Editors")) == ["most-read-now"]


def test_schedule_lists_what_waits(client, clean_redis):
    scheduling.publish_due()
    article = make_article("Kommt morgen", live=False)
    article.save_revision(approved_go_live_at=timezone.now() + timedelta(days=1))

    html = dashboard(client, "Editors")

    assert panels(html) == ["most-read-now", "schedule"]
    assert "Kommt morgen" in html
    assert "help-warning" not in html


def test_a_stopped_schedule_is_said(client, clean_redis):
    scheduling.publish_due(now=timezone.now() - timedelta(hours=1))

    assert "help-warning" in dashboard(client, "Editors")


def test_most_read_lists_articles_with_their_visits(client, clean_redis):
    article = make_article("Viel gelesen")
    WindowTotal.objects.create(window="24h", page_id=article.pk, visits=12345)
    now = timezone.now()
    WindowState.objects.create(
        window="24h", first_bucket=1, last_bucket=bucket_of(now), rolled_at=now
    )

    html = dashboard(client, "Analysts")

    assert "Viel gelesen" in html
    assert "12.345" in html


def test_writers_see_their_own_unpublished_work(client, clean_redis):
    reporter = make_user(groups=("Reporters",))
    client.force_login(reporter)
    for title, owner, live in (
        ("Mein Entwurf", reporter, False),
        ("Fremder Entwurf", make_user(), False),
        ("Meine Änderung", None, True),
    ):
        article = make_article(title, live=live, owner=owner)
        article.save_revision(user=owner or reporter)
    make_article("Längst erschienen", owner=reporter)

    html = client.get("/admin/").content.decode()
    panel = html[html.index('id="my-drafts-section"') :]

    assert [title in panel for title in ("Mein Entwurf", "Meine Änderung")] == [True, True]
    assert [title in panel for title in ("Fremder Entwurf", "Längst erschienen")] == [False, False]
