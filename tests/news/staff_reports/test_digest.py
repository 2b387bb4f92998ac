from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.models import PageDay
from cms.outbox.models import Mail
from news.staff_reports import digest
from news.staff_reports.models import DigestRhythm, DigestSubscription
from tests.factories import make_article, make_author, make_user

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 9, 6, tzinfo=UTC)  # seven in Berlin
SUNDAY = date(2026, 3, 8)


def subscribe(user, rhythm: str, sent_for: date | None = None) -> None:
    DigestSubscription.objects.create(user=user, rhythm=rhythm, sent_for=sent_for)


@pytest.fixture
def article():
    page = make_article("Kräne & Kähne", authors=(make_author("Jana"),), published_at=MONDAY)
    for back, visits in ((0, 40), (7, 20), (1, 5)):
        PageDay.objects.create(
            page_id=page.pk, day=SUNDAY - timedelta(days=back), visits=visits, views=visits
        )
    return page


def test_daily_and_weekly_mails_say_the_figures(article):
    daily, weekly = make_user(groups=("Analysts",)), make_user(groups=("Editors",))
    subscribe(daily, DigestRhythm.DAILY)
    subscribe(weekly, DigestRhythm.WEEKLY)

    assert digest.send_due(now=MONDAY) == 2

    by_address = {mail.to: mail for mail in Mail.objects.all()}
    day, week = by_address[daily.email], by_address[weekly.email]
    assert day.subject == "Leserschaft am 8. März 2026"
    assert "Besuche: 40 (+100 %)" in day.text
    assert "Besuche: 45 (+125 %)" in week.text
    assert "40  Kräne & Kähne" in day.text
    assert "Kräne &amp; Kähne" in day.html
    assert day.html.count('bgcolor="#0b6e6e"') == 7
    for mail in (day, week):
        assert "<svg" not in mail.html
        assert "<img" not in mail.html
        assert "/admin/account/" in mail.text


def test_a_mail_is_written_once_however_often_the_job_runs(article):
    subscribe(make_user(groups=("Analysts",)), DigestRhythm.DAILY)

    counts = [digest.send_due(now=MONDAY + timedelta(hours=hour)) for hour in (-3, 0, 0, 5, 24)]

    assert counts == [0, 1, 0, 0, 1]
    assert Mail.objects.count() == 2


def test_a_week_is_told_of_even_if_monday_was_missed(article):
    subscribe(make_user(groups=("Analysts",)), DigestRhythm.WEEKLY, SUNDAY - timedelta(days=7))

    assert digest.send_due(now=MONDAY + timedelta(days=2)) == 1
    assert DigestSubscription.objects.get().sent_for == SUNDAY


def test_a_reporter_gets_their_own_articles_only(article):
    reporter = make_user(groups=("Reporters",))
    own = make_article("Eigener", owner=reporter)
    PageDay.objects.create(page_id=own.pk, day=SUNDAY, visits=7, views=8)
    subscribe(reporter, DigestRhythm.DAILY)

    digest.send_due(now=MONDAY)

    text = Mail.objects.get().text
    assert "Besuche: 7" in text
    assert "Eigener" in text
    assert "Kräne" not in text


def test_no_mail_to_those_who_left_or_may_not_enter(article):
    gone, stranger = make_user(groups=("Analysts",)), make_user()
    gone.is_active = False
    gone.save()
    for user in (gone, stranger):
        subscribe(user, DigestRhythm.DAILY)

    assert digest.send_due(now=MONDAY) == 0
    assert not Mail.objects.exists()


def test_no_person_is_named_if_the_site_wants_none(article, settings):
    settings.ANALYTICS_PER_PERSON = False
    subscribe(make_user(groups=("Analysts",)), DigestRhythm.DAILY)

    digest.send_due(now=MONDAY)

    mail = Mail.objects.get()
    assert "Jana" not in mail.text + mail.html


def test_it_is_switched_on_in_the_account(client):
    user = make_user(groups=("Analysts",), first_name="Jo", last_name="Beispiel")
    client.force_login(user)
    form = client.get("/admin/account/").context
    data = {
        field.html_name: field.value() or ""
        for panels in form["panels_by_tab"].values()
        for panel in panels
        for field in panel.get_form()
    }

    answer = client.post("/admin/account/", data | {"digest-rhythm": "weekly"})

    assert answer.status_code == 302
    subscription = DigestSubscription.objects.get(user=user)
    assert subscription.rhythm == DigestRhythm.WEEKLY
    assert subscription.sent_for is not None
