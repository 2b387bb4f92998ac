from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from cms.signing_in import throttle
from tests.factories import make_user

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADDRESS = "203.0.113.77"


@pytest.fixture(autouse=True)
def _limit(settings, clean_redis):
    settings.LOGIN_ATTEMPTS = 3
    return clean_redis


def attempt(account: str, address: str = ADDRESS, now: datetime = NOW) -> bool:
    request = RequestFactory().post("/admin/login/", REMOTE_ADDR=address)
    return throttle.is_exceeded(request, account=account, now=now)


def test_the_fourth_attempt_for_one_account_from_one_place_is_refused():
    assert [attempt(name) for name in ("jo", "Jo ", "JO", "jo", "jo")] == [
        *(False, False, False),
        *(True, True),
    ]
    assert not attempt("else")
    assert not attempt("jo", "198.51.100.1")
    assert not attempt("jo", now=NOW + timedelta(minutes=15))


def test_one_place_may_not_try_for_everybody():
    answers = [attempt(f"name-{number}") for number in range(20)]

    assert answers == [False] * 18 + [True] * 2


def test_many_places_may_not_try_for_one_account_for_ever():
    answers = [attempt("jo", f"10.{number}.0.1") for number in range(32)]

    assert answers == [False] * 30 + [True] * 2


def test_no_address_and_no_name_is_stored(clean_redis, settings):
    attempt("jo-beispiel")

    keys = list(clean_redis.scan_iter(f"{settings.KEY_PREFIX}*login:*"))
    stored = b" ".join([key + (clean_redis.get(key) or b"") for key in keys])
    assert b"login:" in stored
    assert ADDRESS.encode() not in stored and b"203.0.113" not in stored
    assert b"beispiel" not in stored


def test_without_redis_and_without_a_limit_nobody_is_stopped(settings):
    settings.LOGIN_ATTEMPTS = 0
    assert not any(attempt("jo") for _ in range(9))
    settings.LOGIN_ATTEMPTS = 3
    settings.CACHES = {
        "default": {
            "BACKEND": "cms.cache.SharedRedisCache",
            "LOCATION": ["redis://127.0.0.1:1/0"],
        }
    }
    assert not any(attempt("jo") for _ in range(9))


@pytest.mark.django_db
def test_the_right_password_is_not_looked_at_once_there_were_too_many(client):
    make_user("jo", groups=("Editors",))

    def sign_in(password: str):
        return client.post("/admin/login/", {"username": "jo", "password": password})

    for _ in range(3):
        assert sign_in("falsch").context["form"].errors
    refused = sign_in("password")

    assert refused.context["form"].has_error("__all__", "throttled")
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_signing_in_begins_anew(client):
    make_user("jo", groups=("Editors",))

    for password in ("falsch", "falsch", "password", "falsch", "falsch", "password"):
        client.logout()
        answer = client.post("/admin/login/", {"username": "jo", "password": password})

    assert answer.status_code == 302
