"""Device, browser and operating system of a reader: as classes, never as versions."""

from __future__ import annotations

import threading
from typing import NamedTuple

from ua_parser import Parser, load_lazy_builtins
from ua_parser.regex import Resolver

from analytics.useragents import MAX_LENGTH, Remembered

OTHER = "Other"

# The beginning of ua-parser's family -> our class; the first that fits. Web views and the
# families of social networks are what apps show pages in.
BROWSERS = (
    ("Edge", "Edge"),
    ("Samsung Internet", "Samsung Internet"),
    ("Opera", "Opera"),
    ("Brave", "Brave"),
    ("Vivaldi", "Vivaldi"),
    ("DuckDuckGo", "DuckDuckGo"),
    ("Ecosia", "Ecosia"),
    ("Yandex", "Yandex"),
    ("UC Browser", "UC Browser"),
    ("Firefox", "Firefox"),
    ("Facebook", "App"),
    ("Instagram", "App"),
    ("LinkedIn", "App"),
    ("Pinterest", "App"),
    ("Snapchat", "App"),
    ("TikTok", "App"),
    ("Twitter", "App"),
    ("WeChat", "App"),
    ("Google", "App"),
    ("Mobile Safari UI/WKWebView", "App"),
    ("Chrome Mobile WebView", "App"),
    ("Chrome", "Chrome"),
    ("Chromium", "Chrome"),
    ("Mobile Safari", "Safari"),
    ("Safari", "Safari"),
    ("IE", "Internet Explorer"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("iOS", "iOS"),
    ("Android", "Android"),
    ("Chrome OS", "ChromeOS"),
    ("HarmonyOS", "HarmonyOS"),
    *((name, "Linux") for name in ("Linux", "Ubuntu", "Fedora", "Debian", "Arch", "SUSE")),
)
TELEVISIONS = ("smart-tv", "smarttv", "appletv", "web0s", "webos", "hbbtv", "googletv", "bravia")
TABLETS = ("ipad", "tablet", "kindle", "silk/", "playbook")
PHONES = ("mobi", "iphone", "ipod", "phone")
DESKTOP_SYSTEMS = {"Windows", "macOS", "Linux", "ChromeOS"}


class Device(NamedTuple):
    """What is kept of a user agent."""

    device: str
    browser: str
    system: str


_lock = threading.Lock()
_parser: Parser | None = None


def _parsed() -> Parser:
    """Return ua-parser without the cache of its own, which would keep user agents."""
    global _parser
    with _lock:
        if _parser is None:
            _parser = Parser(Resolver(load_lazy_builtins()))
        return _parser


def _first(table: tuple[tuple[str, str], ...], family: str) -> str:
    return next((name for start, name in table if family.startswith(start)), OTHER)


def _device_class(user_agent: str, system: str) -> str:
    lowered = user_agent.lower()
    if any(word in lowered for word in TELEVISIONS):
        return "tv"
    is_phone = any(word in lowered for word in PHONES)
    if any(word in lowered for word in TABLETS) or (system == "Android" and not is_phone):
        return "tablet"
    if is_phone:
        return "mobile"
    return "desktop" if system in DESKTOP_SYSTEMS else "other"


def _classify(user_agent: str) -> Device:
    user_agent = user_agent[:MAX_LENGTH]
    parser = _parsed()
    browser = parser.parse_user_agent(user_agent)
    system = parser.parse_os(user_agent)
    system_class = _first(SYSTEMS, system.family) if system else OTHER
    return Device(
        device=_device_class(user_agent, system_class),
        browser=_first(BROWSERS, browser.family) if browser else OTHER,
        system=system_class,
    )


classify = Remembered[str, Device](_classify)
"""Return the classes of a user agent."""
