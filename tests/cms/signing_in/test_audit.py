import pytest
from wagtail.models import ModelLogEntry

from tests.factories import make_user

pytestmark = pytest.mark.django_db


def entries() -> list[tuple[str, str, str | None]]:
    rows = ModelLogEntry.objects.order_by("pk")
    return [(row.action, row.label, row.user and row.user.username) for row in rows]


def test_signing_in_and_out_and_failing_is_noted_without_an_address(client, clean_redis):
    user = make_user("jo", groups=("Editors",))
    ModelLogEntry.objects.all().delete()
    client.defaults |= {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "Erkennbar/1"}

    client.post("/admin/login/", {"username": "jo", "password": "falsch"})
    client.post("/admin/login/", {"username": "niemand", "password": "falsch"})
    client.post("/admin/login/", {"username": "jo", "password": "password"})
    client.post("/admin/logout/")

    assert entries() == [
        ("cms.login_failed", str(user), None),
        ("cms.logged_in", str(user), "jo"),
        ("cms.logged_out", str(user), "jo"),
    ]
    assert "203.0.113" not in str([row.data for row in ModelLogEntry.objects.all()])
