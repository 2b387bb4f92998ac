from analytics.devices import Device
from analytics.senders import _remembered, sender_of
from tests.analytics.beacons import FIREFOX, environ


def test_sender_is_made_of_the_headers_alone():
    sender = sender_of(environ(), is_noscript=False)

    assert (sender.drop, sender.site, sender.device) == (
        None,
        "testserver",
        Device("desktop", "Firefox", "Linux"),
    )
    assert sender_of(environ(REMOTE_ADDR="198.51.100.1"), is_noscript=False) is sender


def test_every_header_that_decides_makes_another_sender(settings):
    settings.ANALYTICS_COUNTRY_HEADER = "CF-IPCountry"
    names = (
        *("HTTP_USER_AGENT", "HTTP_HOST", "HTTP_ORIGIN"),
        *("HTTP_SEC_FETCH_SITE", "HTTP_SEC_FETCH_MODE"),
        *("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ", "HTTP_X_PURPOSE"),
        *("HTTP_SEC_GPC", "HTTP_DNT", "HTTP_CF_IPCOUNTRY"),
    )
    senders = [sender_of(environ(), is_noscript=False)]
    senders += [sender_of(environ(**{name: "1"}), is_noscript=False) for name in names]
    senders += [sender_of(environ(), is_noscript=True)]

    assert len({sender.key for sender in senders}) == len(names) + 2


def test_the_page_decides_only_without_script():
    foreign = {"HTTP_SEC_FETCH_SITE": None, "HTTP_REFERER": "https://elsewhere.example/"}

    assert sender_of(environ(**foreign), is_noscript=False).drop is None
    dropped = sender_of(environ(**foreign), is_noscript=True).drop
    assert dropped is not None
    assert dropped.reason == "foreign_origin"


def test_a_setting_that_decides_is_heard_at_once(settings):
    headers = environ(HTTP_SEC_FETCH_SITE=None, HTTP_ORIGIN="https://zeitung.example")
    settings.SITE_URL = "https://anders.example"
    assert sender_of(headers, is_noscript=False).drop is not None

    settings.SITE_URL = "https://zeitung.example"

    assert sender_of(headers, is_noscript=False).drop is None


def test_memory_holds_no_user_agent():
    sender_of(environ(), is_noscript=False)

    assert FIREFOX not in repr(_remembered.answers)
    assert all(isinstance(key, int) for key in _remembered.answers)
