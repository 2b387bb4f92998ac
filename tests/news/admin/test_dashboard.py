import re
from datetime import timedelta

import pytest
from django.utils import timezone

from analytics.models import WindowState, WindowTotal
from analytics.timebuckets import bucket_of
from news import scheduling
from news.models import SecondPersonTask
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


def schedule(html: str) -> str:
    """What the panel says, as text."""
    panel = html[html.index('id="schedule-section"') :].split("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", panel).split())


def test_the_schedule_says_when_it_ran_and_runs_next_even_if_nothing_waits(client, clean_redis):
    now = timezone.now()
    scheduling.publish_due(now=now)

    said = schedule(dashboard(client, "Editors"))

    last, next_ = (f"{timezone.localtime(at):%H:%M}" for at in (now, now + timedelta(minutes=1)))
    assert "Nichts ist geplant." in said
    assert f"Letzter Lauf um {last}" in said
    assert f"nächster Lauf um {next_}" in said


def test_schedule_lists_what_waits_and_what_ends_and_what_is_late(client, clean_redis):
    now = timezone.now()
    scheduling.publish_due(now=now)
    make_article("Endet übermorgen", expire_at=now + timedelta(days=2))
    for title, at in (("Kommt morgen", timedelta(days=1)), ("Hängt fest", -timedelta(hours=1))):
        make_article(title, live=False).save_revision(approved_go_live_at=now + at)

    html = dashboard(client, "Editors")

    said = schedule(html)
    titles = ["Hängt fest überfällig", "Kommt morgen", "Endet übermorgen wird zurückgezogen"]
    assert [said.index(title) for title in titles] == sorted(said.index(title) for title in titles)
    assert said.count("überfällig") == 1
    assert "help-warning" not in html


def test_what_waits_for_review_is_what_others_submitted(client, clean_redis):
    editor, reporter = make_user(groups=("Editors",)), make_user(groups=("Reporters",))
    workflow = SecondPersonTask.objects.get().workflows.get()
    for title, owner in (("Von mir", editor), ("Von Tobias", reporter)):
        article = make_article(title, live=False, owner=owner)
        article.save_revision(user=owner)
        workflow.start(article, owner)
    client.force_login(editor)

    html = client.get("/admin/").content.decode()

    waiting = html[html.index('id="awaiting-review') :].split("</section>")[0]
    assert [title in waiting for title in ("Von Tobias", "Von mir")] == [True, False]


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


def test_who_writes_finds_the_way_to_a_first_article(client, clean_redis):
    html = dashboard(client, "Reporters")

    assert 'href="/admin/articles/choose_parent/"' in html
    assert "my-drafts" not in dashboard(client, "Analysts")
