"""The second factor from end to end, with real codes."""

import re
import time

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from wagtail.models import ModelLogEntry, Site

from cms import monitoring
from cms.operation.checks import State
from cms.outbox.models import Mail
from cms.signing_in import second_factor
from tests.factories import make_admin, make_home, make_user

pytestmark = pytest.mark.django_db
SET_UP, ASK, MANAGE = "second_factor_set_up", "second_factor_ask", "second_factor_manage"


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

    for data in ({"secret": foreign}, {"secret": "gefälscht"}, {"secret": ""}, {}):
        answer = client.post(reverse(SET_UP), {"token": "123456"} | data)
        assert second_factor.offered_device(jo, answer.context["form"]["secret"].value())

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


def test_a_group_that_does_not_exist_is_told_of(settings):
    def told(*required):
        settings.SECOND_FACTOR_REQUIRED = list(required)
        return [(found.state, found.said) for found in monitoring.second_factor(timezone.now())]

    assert told() == told("all", "superusers") == []
    assert told("Editors", "superusers") == [
        (State.GOOD, "Verlangt, und jede genannte Gruppe gibt es.")
    ]
    assert told("Editors", "Editor") == [
        (State.ATTENTION, "Verlangt von Gruppen, die es nicht gibt: Editor")
    ]


def test_it_can_be_required_of_superusers(settings):
    settings.SECOND_FACTOR_REQUIRED = ["superusers"]

    assert second_factor.needs_one(make_admin())
    assert not second_factor.needs_one(make_user(groups=("Editors",)))


def test_the_page_that_asks_sends_the_code_to_where_it_is_looked_at(client, jo):
    set_up(client, jo)
    sign_in_anew(client, jo)

    html = client.get(reverse(ASK)).content.decode()

    assert re.findall(r'<form class="login-form" action="([^"]+)"', html) == [reverse(ASK)]
    for name in ("wagtailadmin_sprite", "wagtailadmin_javascript_catalog"):
        assert client.get(reverse(name)).status_code == 200  # the page's icons and words


def test_codes_of_the_app_and_recovery_codes_do_not_hold_each_other_up(client, jo):
    device = set_up(client, jo)
    code = StaticToken.objects.first().token
    sign_in_anew(client, jo)

    client.post(reverse(ASK), {"token": "000000"})
    assert client.post(reverse(ASK), {"token": code}).status_code == 302
    sign_in_anew(client, jo)
    TOTPDevice.objects.update(throttling_failure_count=0)
    client.post(reverse(ASK), {"token": "falscher code"})
    right = client.post(reverse(ASK), {"token": code_of(device, later=1)})

    assert right.status_code == 302


def test_whoever_must_wait_is_told_how_long_and_no_code_is_looked_at(client, jo):
    device = set_up(client, jo)
    sign_in_anew(client, jo)
    failed_at = timezone.now()
    TOTPDevice.objects.update(throttling_failure_count=8, throttling_failure_timestamp=failed_at)

    refused = client.post(reverse(ASK), {"token": code_of(device, later=1)})

    assert refused.context["form"].errors["token"] == [
        "Zu viele falsche Codes. Bitte warten Sie, noch 2 Minuten."
    ]
    assert TOTPDevice.objects.get().throttling_failure_count == 8


def test_a_recovery_code_says_how_many_are_left(client, jo):
    set_up(client, jo)
    for token in StaticToken.objects.all()[:7]:
        token.delete()
    sign_in_anew(client, jo)

    answer = client.post(reverse(ASK), {"token": StaticToken.objects.first().token}, follow=True)

    assert [str(message) for message in answer.context["messages"]] == [
        "Das war ein Wiederherstellungscode; 2 sind noch übrig. "
        "Neue erhalten Sie unter Konto, Zweiter Faktor."
    ]


def test_new_recovery_codes_replace_the_old_ones(client, jo):
    set_up(client, jo)
    sign_in_anew(client, jo)
    old = set(StaticToken.objects.values_list("token", flat=True))
    client.post(reverse(ASK), {"token": old.pop()})

    answer = client.post(reverse(MANAGE), {"token": old.pop(), "wish": "codes"})

    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert stored == set(answer.context["codes"])
    assert (len(stored), stored & old) == (10, set())
    assert client.get("/admin/").status_code == 200  # signed in by one of the old codes


def test_the_page_that_asks_says_what_was_wrong(client, jo):
    set_up(client, jo)
    sign_in_anew(client, jo)

    html = client.post(reverse(ASK), {"token": "falscher code"}).content.decode()

    said = "Das ist keiner Ihrer Wiederherstellungscodes, oder er ist schon verbraucht."
    assert f'<li class="error">{said}</li>' in html


def test_an_unlocked_session_is_not_enough_to_replace_the_factor(client, jo):
    device = set_up(client, jo)
    assert client.get(reverse(SET_UP)).headers["Location"] == reverse(MANAGE)
    secret = second_factor.offer(jo)
    client.post(
        reverse(SET_UP),
        {"secret": secret, "token": code_of(second_factor.offered_device(jo, secret))},
    )
    assert list(TOTPDevice.objects.all()) == [device]

    shown = client.post(reverse(MANAGE), {"token": code_of(device, later=1), "wish": "replace"})
    assert shown.headers["Location"] == reverse(SET_UP)
    answer = client.post(
        reverse(SET_UP),
        {"secret": secret, "token": code_of(second_factor.offered_device(jo, secret))},
    )

    assert len(answer.context["codes"]) == 10
    assert TOTPDevice.objects.get().pk != device.pk
    assert client.get(reverse(SET_UP)).headers["Location"] == reverse(MANAGE)


def test_after_it_had_to_be_set_up_the_way_goes_on(client, jo, settings):
    settings.SECOND_FACTOR_REQUIRED = ["Editors"]
    target = client.get("/admin/pages/").headers["Location"]
    secret = client.get(target).context["form"]["secret"].value()
    token = code_of(second_factor.offered_device(jo, secret))

    html = client.post(target, {"secret": secret, "token": token}).content.decode()

    assert '<a class="button" href="/admin/pages/">' in html


def test_it_is_given_up_by_showing_it_and_that_is_noted(client, jo):
    set_up(client, jo)

    client.post(reverse(MANAGE), {"token": "000000", "wish": "remove"})
    assert TOTPDevice.objects.count() == 1
    client.post(reverse(MANAGE), {"token": StaticToken.objects.first().token, "wish": "remove"})

    assert TOTPDevice.objects.count() == StaticToken.objects.count() == 0
    actions = ModelLogEntry.objects.filter(action__contains="second_factor").order_by("pk")
    assert [entry.action for entry in actions] == [
        "cms.second_factor_added",
        "cms.second_factor_removed",
    ]


def test_an_administrator_helps_who_has_lost_everything_and_both_are_noted(client, jo):
    make_home()
    Site.objects.update(site_name="Hafenblatt")
    set_up(client, jo)
    admin = make_admin("chefin")
    url = reverse("second_factor_of", args=[jo.pk])
    client.force_login(admin)
    assert url in client.get(reverse("wagtailusers_users:index")).content.decode()
    client.get(url)
    assert TOTPDevice.objects.count() == 1

    client.post(url)
    client.post(url)

    assert TOTPDevice.objects.count() == StaticToken.objects.count() == 0
    [entry] = ModelLogEntry.objects.filter(action="cms.second_factor_removed")
    assert (entry.user, entry.object_id) == (admin, str(jo.pk))
    [_, mail] = Mail.objects.order_by("pk")
    assert (mail.to, mail.subject) == (jo.email, "Hafenblatt: zweiter Faktor entfernt")
    assert "genügt das Passwort" in mail.text


def test_nobody_else_may_take_a_factor_away(client, jo):
    other = make_admin("chefin")
    url = reverse("second_factor_of", args=[other.pk])

    assert client.post(url).status_code == 302  # to the dashboard: refused
    client.force_login(other)
    assert client.post(url).status_code == 302  # one's own is given up by showing it


def test_the_command_helps_who_has_lost_everything(client, jo, capsys):
    set_up(client, jo)

    call_command("reset_second_factor", "jo")
    call_command("reset_second_factor", "jo")

    assert TOTPDevice.objects.count() == 0
    with pytest.raises(CommandError):
        call_command("reset_second_factor", "niemand")
