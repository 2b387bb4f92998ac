"""The second factor from end to end, with real codes."""

import time

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from wagtail.models import ModelLogEntry

from cms.signing_in import second_factor
from tests.factories import make_admin, make_home, make_user

pytestmark = pytest.mark.django_db
SET_UP, ASK = "second_factor_set_up", "second_factor_ask"


def code_of(device: TOTPDevice, *, later: int = 0) -> str:
    """Return what the app shows now, or some steps later: each code is good once."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + later * device.step
    return f"{totp.token():06d}"


@pytest.fixture
def jo(client, clean_redis):
    user = make_user("jo", groups=("Editors",))
    client.force_login(user)
    return user


def set_up(client, user) -> TOTPDevice:
    secret = client.get(reverse(SET_UP)).context["form"]["secret"].value()
    assert not TOTPDevice.objects.filter(user=user).exists()  # looking stores nothing
    offered = second_factor.offered_device(user, secret)
    answer = client.post(reverse(SET_UP), {"secret": secret, "token": code_of(offered)})
    assert len(answer.context["codes"]) == 10
    return TOTPDevice.objects.get(user=user)


def sign_in_anew(client, user) -> None:
    client.logout()
    client.force_login(user)


def test_without_one_nothing_changes(client, jo):
    assert client.get("/admin/").status_code == 200


def test_a_wrong_first_code_stores_nothing_and_keeps_the_secret(client, jo):
    secret = client.get(reverse(SET_UP)).context["form"]["secret"].value()

    answer = client.post(reverse(SET_UP), {"secret": secret, "token": "000000"})

    assert answer.context["form"].errors["token"]
    assert answer.context["form"]["secret"].value() == secret
    assert TOTPDevice.objects.count() == 0


def test_an_offer_is_for_one_user_and_cannot_be_forged(client, jo):
    foreign = second_factor.offer(make_user("else"))

    for secret in (foreign, "gefälscht", ""):
        client.post(reverse(SET_UP), {"secret": secret, "token": "123456"})

    assert TOTPDevice.objects.count() == 0


def test_after_the_password_the_code_is_asked_for_everywhere_in_the_admin(client, jo):
    device = set_up(client, jo)
    assert client.get("/admin/").status_code == 200
    sign_in_anew(client, jo)

    for url in ("/admin/", "/admin/pages/", reverse(SET_UP), "/admin/account/"):
        answer = client.get(url)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse(ASK))
    wrong = client.post(reverse(ASK), {"token": "000000"})
    assert wrong.context["form"].errors["token"]
    TOTPDevice.objects.update(throttling_failure_count=0)
    right = client.post(
        reverse(ASK), {"token": code_of(device, later=1), "next": "/admin/account/"}
    )

    assert right.headers["Location"] == "/admin/account/"
    assert client.get("/admin/account/").status_code == 200


def test_half_signed_in_is_nobody_on_the_public_site(client, jo):
    make_home()
    set_up(client, jo)
    assert client.get("/").wsgi_request.user.is_authenticated
    sign_in_anew(client, jo)

    assert not client.get("/").wsgi_request.user.is_authenticated


def test_wrong_codes_are_slowed_down(client, jo):
    device = set_up(client, jo)
    sign_in_anew(client, jo)

    client.post(reverse(ASK), {"token": "000000"})
    refused = client.post(reverse(ASK), {"token": code_of(device, later=1)})

    assert refused.context["form"].errors["token"]


def test_a_recovery_code_is_good_once(client, jo):
    set_up(client, jo)
    code = StaticToken.objects.first().token
    sign_in_anew(client, jo)

    assert client.post(reverse(ASK), {"token": f" {code[:4]} {code[4:]} "}).status_code == 302
    sign_in_anew(client, jo)
    assert client.post(reverse(ASK), {"token": code}).context["form"].errors["token"]


def test_it_leads_back_to_nowhere_else(client, jo):
    set_up(client, jo)
    code = StaticToken.objects.first().token
    sign_in_anew(client, jo)

    answer = client.post(reverse(ASK), {"token": code, "next": "https://boese.example/"})

    assert answer.headers["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("required", "must"),
    [([], False), (["Editors"], True), (["Analysts"], False), (["all"], True)],
)
def test_it_can_be_required_of_a_group(client, jo, settings, required, must):
    settings.SECOND_FACTOR_REQUIRED = required

    answer = client.get("/admin/pages/")

    assert (answer.status_code == 302) is must
    if must:
        assert answer.headers["Location"].startswith(reverse(SET_UP))
        set_up(client, jo)
        assert client.get("/admin/pages/").status_code == 200


def test_it_can_be_required_of_superusers(settings):
    settings.SECOND_FACTOR_REQUIRED = ["superusers"]

    assert second_factor.needs_one(make_admin())
    assert not second_factor.needs_one(make_user(groups=("Editors",)))


def test_it_is_given_up_by_showing_it_and_that_is_noted(client, jo):
    set_up(client, jo)
    url = reverse("second_factor_remove")

    client.post(url, {"token": "000000"})
    assert TOTPDevice.objects.count() == 1
    StaticDevice.objects.update(throttling_failure_count=0)
    client.post(url, {"token": StaticToken.objects.first().token})

    assert TOTPDevice.objects.count() == StaticToken.objects.count() == 0
    actions = ModelLogEntry.objects.filter(action__contains="second_factor").order_by("pk")
    assert [entry.action for entry in actions] == [
        "cms.second_factor_added",
        "cms.second_factor_removed",
    ]


def test_the_command_helps_who_has_lost_everything(client, jo, capsys):
    set_up(client, jo)

    call_command("reset_second_factor", "jo")
    call_command("reset_second_factor", "jo")

    assert TOTPDevice.objects.count() == 0
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "niemand")
