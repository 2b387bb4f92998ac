import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.events import Dimension, DropReason
from analytics.models import DropCount, PageDay, PageDayDimension
from news.staff_reports.models import ApiToken
from news.staff_reports.tokens import make_token, revoke_token, user_of
from tests.factories import make_article, make_author, make_section, make_user

pytestmark = pytest.mark.django_db
API = "/api/reports/"


@pytest.fixture
def article():
    page = make_article("Oper", section=make_section("Kultur"), authors=(make_author("Jana"),))
    today = timezone.localdate()
    PageDay.objects.create(
        page_id=page.pk, day=today, visits=30, views=40, readers=20, site_readers=10,
        engaged_seconds=600,
    )  # fmt: skip
    PageDay.objects.create(page_id=page.pk, day=today - timedelta(days=7), visits=20, views=21)
    PageDayDimension.objects.create(
        page_id=page.pk, day=today, dimension=Dimension.CHANNEL, value="search", visits=9, views=9
    )
    return page


def ask(client, user, address: str = API, **query: str):
    key = make_token(user, "Test")
    return client.get(address, query, headers={"authorization": f"Bearer {key}"})


def test_a_key_is_kept_as_a_digest_only():
    user = make_user(groups=("Analysts",))
    key = make_token(user, "Tabelle")

    token = ApiToken.objects.get()

    assert user_of(key) == user
    assert key not in json.dumps(ApiToken.objects.values("name", "digest", "hint")[0])
    assert (token.name, token.hint) == ("Tabelle", key[:8])


def test_a_key_dies_with_its_revocation_and_with_its_user():
    user, other = make_user(groups=("Analysts",)), make_user(groups=("Analysts",))
    first, second = make_token(user, "a"), make_token(user, "b")

    assert not revoke_token(other, ApiToken.objects.get(name="a").pk)
    assert revoke_token(user, ApiToken.objects.get(name="a").pk)
    assert (user_of(first), user_of(second)) == (None, user)

    user.is_active = False
    user.save()
    assert user_of(second) is None


def test_overview_says_figures_and_series(client, article):
    answer = ask(client, make_user(groups=("Analysts",)))

    found = answer.json()
    assert answer.headers["Cache-Control"].count("no-store") == 1
    assert found["figures"] == {
        "visits": {"now": 30, "before": 20},
        "views": {"now": 40, "before": 21},
        "readers": {"now": 10, "before": 0},
        "engaged_minutes": {"now": 10, "before": 0},
        "comments": {"now": 0, "before": 0},
    }
    assert [row["visits"] for row in found["series"]] == [0] * 6 + [30]
    today = timezone.localdate()
    assert found["period"] == {
        "first": (today - timedelta(days=6)).isoformat(),
        "last": today.isoformat(),
    }


def test_filters_narrow_and_mistakes_are_named(client, article, settings):
    user = make_user(groups=("Analysts",))

    by_channel = ask(client, user, channel="search").json()
    wrong = ask(client, user, channel="nonsense", period="x")

    assert by_channel["figures"] == {
        "visits": {"now": 9, "before": 0},
        "views": {"now": 9, "before": 0},
    }
    assert (wrong.status_code, sorted(wrong.json()["errors"])) == (400, ["channel", "period"])


def test_a_table_is_sorted_searched_and_cut(client, article):
    user = make_user(groups=("Analysts",))
    address = f"{API}tables/articles/"

    found = ask(client, user, address).json()

    assert (found["count"], found["results"]) == (
        1,
        [
            {
                "key": str(article.pk), "label": "Oper", "visits": 30, "views": 40,
                "engaged_minutes": 10, "visits_before": 20,
            }
        ],
    )  # fmt: skip
    assert ask(client, user, address, q="nichts").json()["results"] == []
    assert ask(client, user, address, offset="1").json()["results"] == []
    assert ask(client, user, address, limit="x").status_code == 400
    assert ask(client, user, address, ordering="x").status_code == 400
    assert ask(client, user, f"{API}tables/nonsense/").status_code == 404


def test_quality_and_newsroom_and_now(client, article, clean_redis):
    hour = int(timezone.now().timestamp()) // 3600
    DropCount.objects.create(hour=hour, reason=DropReason.BOT, detail="ai", count=3)
    user = make_user(groups=("Analysts",))

    quality = ask(client, user, f"{API}quality/").json()
    newsroom = ask(client, user, f"{API}newsroom/").json()

    assert [(row["reason"], row["detail"], row["count"]) for row in quality["dropped"]] == [
        ("bot", "ai", 3)
    ]
    assert [row["label"] for row in newsroom["authors"]] == ["Jana"]
    assert ask(client, user, f"{API}now/").json() == {"readers": 0}


ADDRESSES = ("", "tables/articles/", "articles/{}/", "newsroom/", "now/", "quality/")
ROLES = {
    "Reporters": [403] * 6,
    "Editors": [403] * 6,
    "Comment moderators": [403] * 6,
    "Analysts": [200] * 6,
}


@pytest.mark.parametrize("role", ROLES)
def test_a_key_opens_what_its_user_may_take_along(client, article, role):
    user = make_user(groups=(role,))

    statuses = [
        ask(client, user, API + address.format(article.pk)).status_code for address in ADDRESSES
    ]

    assert statuses == ROLES[role]


def test_who_may_export_but_not_see_all_reads_their_own_articles_only(client, article):
    from django.contrib.auth.models import Permission

    user = make_user(groups=("Reporters",))
    user.user_permissions.add(Permission.objects.get(codename="export_reports"))
    own = make_article("Eigener", owner=user)

    assert ask(client, user, f"{API}articles/{own.pk}/").json()["title"] == "Eigener"
    assert ask(client, user, f"{API}articles/{article.pk}/").status_code == 403
    assert ask(client, user, API).status_code == 403


def test_without_a_key_nothing_is_answered(client, article):
    client.force_login(make_user(groups=("Analysts",)))

    for headers in ({}, {"authorization": "Bearer rdk_wrong"}, {"authorization": "Basic x"}):
        answer = client.get(API, headers=headers)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert client.post(API).status_code == 405


def test_no_person_is_named_if_the_site_wants_none(client, article, settings):
    settings.ANALYTICS_PER_PERSON = False
    user = make_user(groups=("Analysts",))

    assert ask(client, user, f"{API}tables/authors/").status_code == 404
    assert ask(client, user, author="jana").status_code == 400
    assert "authors" not in ask(client, user, f"{API}newsroom/").json()


def test_as_many_queries_for_three_articles_as_for_one(client, article):
    user = make_user(groups=("Analysts",))
    key = make_token(user, "Test")

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(API, headers={"authorization": f"Bearer {key}"})
        return len(captured)

    count()
    at_one = count()
    for _ in range(2):
        PageDay.objects.create(page_id=make_article().pk, day=timezone.localdate(), views=1)

    assert count() == at_one


def test_keys_are_made_shown_once_and_revoked_in_the_account(client):
    client.force_login(make_user(groups=("Analysts",)))
    address = "/admin/account/api-tokens/"

    made = client.post(address, {"name": "Tabelle"})
    later = client.get(address)

    key = made.context["key"]
    assert key in made.content.decode()
    assert "no-store" in made.headers["Cache-Control"]
    assert key not in later.content.decode()
    assert "Tabelle" in later.content.decode()
    client.post(address, {"revoke": str(ApiToken.objects.get().pk)})
    assert (ApiToken.objects.count(), user_of(key)) == (0, None)
    assert client.post(address, {"name": ""}).context["form"].errors
