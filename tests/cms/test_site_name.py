"""Staff see the newspaper's name, not the software's."""

import re

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice
from wagtail.models import Site

from cms.site_name import site_name
from tests.factories import make_admin, make_home

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_redis")]


@pytest.fixture(autouse=True)
def paper():
    make_home()
    site = Site.objects.get()
    site.site_name = "Hafenblatt"
    site.save()
    return site


def title_of(answer) -> str:
    [title] = re.findall(r"<title>(.*?)</title>", answer.content.decode(), re.DOTALL)
    return " ".join(title.split())


def test_every_page_of_the_admin_is_called_after_the_newspaper(client):
    assert title_of(client.get("/admin/login/")) == "Anmelden - Hafenblatt"
    assert title_of(client.get("/admin/password_reset/")).endswith(" - Hafenblatt")
    client.force_login(make_admin())
    titles = {
        url: title_of(client.get(url))
        for url in ("/admin/", "/admin/pages/", "/admin/account/", "/admin/reports/counting/")
    }

    assert {url: title.rpartition(" - ")[2] for url, title in titles.items()} == dict.fromkeys(
        titles, "Hafenblatt"
    )


def test_the_app_on_the_telephone_shows_it(client):
    device = TOTPDevice(user=make_admin("chefin"), name="app", key="00" * 20)

    assert device.config_url.startswith("otpauth://totp/Hafenblatt%3Achefin?")


def test_without_a_name_of_its_own_it_is_the_setting(paper, settings):
    settings.WAGTAIL_SITE_NAME = "Probeblatt"
    paper.site_name = ""
    paper.save()

    assert site_name() == "Probeblatt"


@pytest.mark.parametrize(
    ("browser", "language", "title"),
    [
        ("en-GB,en;q=0.9", "en", "Sign in"),
        ("de-AT", "de", "Anmelden"),
        ("fr", "de", "Anmelden"),
        ("", "de", "Anmelden"),
    ],
)
def test_where_nobody_is_signed_in_the_browser_says_the_language(client, browser, language, title):
    answer = client.get("/admin/login/", headers={"Accept-Language": browser})

    assert title_of(answer) == f"{title} - Hafenblatt"
    assert answer.headers["Content-Language"] == language
