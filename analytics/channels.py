"""Where a view came from: the field's standard channels, and the referrer's host alone."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from analytics.registry import registry


class Channel(models.TextChoices):
    """The standard classes of referrers."""

    DIRECT = "direct", _("Direct")
    SEARCH = "search", _("Search")
    SOCIAL = "social", _("Social networks")
    REFERRAL = "referral", _("Other sites")
    EMAIL = "email", _("E-mail")
    PAID = "paid", _("Paid")
    AI = "ai", _("AI assistants")
    INTERNAL = "internal", _("This site")


class Origin(NamedTuple):
    """What is kept of a referrer and of the page's own address."""

    channel: Channel
    referrer: str = ""
    campaign: str = ""
    search_words: str = ""


MAX_CAMPAIGN_LENGTH = 60
MAX_HOST_LENGTH = 100
LONG_NUMBER = re.compile(r"(\d[ /.-]?){6,}")
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")


def words(text: str) -> frozenset[str]:
    """Return a list written as text."""
    return frozenset(text.split())


# A host, and with it every host below it.
AI_HOSTS = words("""
    chatgpt.com chat.openai.com perplexity.ai claude.ai gemini.google.com bard.google.com
    copilot.microsoft.com chat.mistral.ai chat.deepseek.com grok.com you.com meta.ai poe.com
    phind.com duck.ai notebooklm.google.com pi.ai
""")
EMAIL_HOSTS = words("""
    mail.google.com inbox.google.com mail.yahoo.com outlook.live.com outlook.office.com
    outlook.office365.com mail.aol.com mail.proton.me mail.protonmail.com webmail.t-online.de
    email.t-online.de 3c.gmx.net navigator.gmx.net 3c.web.de navigator.web.de deref-gmx.net
    deref-web.de deref-mail.com mail.zoho.com mail.ru e.mail.ru mail.yandex.ru app.fastmail.com
    mail.posteo.de mail.mailbox.org com.google.android.gm
""")
SEARCH_HOSTS = words("""
    bing.com duckduckgo.com ecosia.org qwant.com startpage.com search.yahoo.com yandex.ru
    yandex.com ya.ru baidu.com search.brave.com ask.com search.aol.com suche.t-online.de
    suche.web.de suche.gmx.net metager.de metager.org swisscows.com search.naver.com
    search.daum.net seznam.cz search.seznam.cz sogou.com so.com mojeek.com kagi.com
    lite.duckduckgo.com html.duckduckgo.com presearch.com coccoc.com search.ch sm.cn
    com.google.android.googlequicksearchbox
""")
SOCIAL_HOSTS = words("""
    facebook.com fb.com fb.me m.facebook.com l.facebook.com lm.facebook.com instagram.com
    threads.net threads.com twitter.com x.com t.co linkedin.com lnkd.in xing.com reddit.com
    pinterest.com pinterest.de pin.it youtube.com youtu.be tiktok.com tumblr.com vk.com ok.ru
    mastodon.social mastodon.online troet.cafe chaos.social bsky.app snapchat.com whatsapp.com
    web.whatsapp.com wa.me t.me telegram.org web.telegram.org telegram.me discord.com
    news.ycombinator.com quora.com weibo.com flipboard.com getpocket.com nebenan.de
    com.facebook.katana com.instagram.android com.twitter.android com.linkedin.android
    org.telegram.messenger com.reddit.frontpage
""")
# Google and Yahoo have a host for every country; Google's other hosts are no search.
SEARCH_PATTERN = re.compile(
    r"((www|images|news|encrypted)\.)?google\.(com?\.)?[a-z]{2,3}|([a-z]{2}\.)?search\.yahoo\.com"
)
# Words of `utm_source` that say the class by themselves.
AI_SOURCES = frozenset({"chatgpt", "openai", "perplexity", "claude", "gemini", "copilot"})
EMAIL_WORDS = frozenset({"email", "e-mail", "e_mail", "mail", "newsletter"})
SOCIAL_WORDS = words("""
    social social-network social-media sm facebook fb instagram ig twitter x linkedin xing
    reddit pinterest tiktok youtube mastodon bluesky whatsapp telegram threads
""")
SEARCH_WORDS = frozenset({"organic", "google", "bing", "duckduckgo", "ecosia"})
PAID_MEDIUM = re.compile(r"(.*cp[acmv]|ppc|retargeting|paid.*|.*display|banner|sponsored)")
PAID_CLICK_IDS = frozenset({"gclid", "gbraid", "wbraid", "dclid", "msclkid"})


def host_of(url: str) -> str:
    """Return the lower-case host of an address without `www.`; "" if there is none."""
    if not url:
        return ""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https", "android-app", "ios-app"}:
        return ""
    return host if len(host) <= MAX_HOST_LENGTH and HOST.fullmatch(host) else ""


def is_below(host: str, hosts: frozenset[str]) -> bool:
    """Say whether `host` or a domain above it is among `hosts`."""
    while host:
        if host in hosts:
            return True
        host = host.partition(".")[2]
    return False


def query_of(address: str) -> str:
    """Return what stands behind the question mark of an address."""
    return address.partition("?")[2].partition("#")[0] if "?" in address else ""


def origin_of(*, referrer: str, query: str, own_hosts: frozenset[str]) -> Origin:
    """Sort a view by its referrer and by the campaign in the query of the page's own address.

    The address decides before the referrer: whoever sets a link says what it is.
    """
    fields = _fields_of(query)
    host = host_of(referrer)
    is_internal = host in own_hosts
    return Origin(
        channel=_by_query(fields) or _by_host(host, is_internal=is_internal),
        referrer="" if is_internal else host,
        campaign=_clean(fields.get("utm_campaign", "")),
        search_words=words_searched(referrer) if is_internal else "",
    )


def words_searched(address: str) -> str:
    """Return the words of this site's own search, if the address is one of its answers.

    Nothing that looks like a person's address or number is kept.
    """
    if "?" not in address or not is_search(address.partition("?")[0]):
        return ""
    words = _clean(_fields_of(query_of(address)).get("q", "")).casefold()
    return "" if "@" in words or LONG_NUMBER.search(words) else words


def is_search(address: str) -> bool:
    try:
        return urlsplit(address).path in registry.search_paths()
    except ValueError:
        return False


def _fields_of(query: str) -> dict[str, str]:
    if not query:
        return {}
    try:
        pairs = parse_qs(query, max_num_fields=50)
    except ValueError:
        return {}
    return {name.lower(): values[0] for name, values in pairs.items()}


def _by_query(query: dict[str, str]) -> Channel | None:
    if not query:
        return None
    medium = query.get("utm_medium", "").strip().lower()
    source = query.get("utm_source", "").strip().lower().removeprefix("www.")
    name = source.partition(".")[0]
    rules = (
        (Channel.PAID, PAID_MEDIUM.fullmatch(medium) or PAID_CLICK_IDS & query.keys()),
        (Channel.EMAIL, {medium, source} & EMAIL_WORDS),
        (Channel.AI, source in AI_HOSTS or name in AI_SOURCES),
        (Channel.SOCIAL, {medium, name} & SOCIAL_WORDS or source in SOCIAL_HOSTS),
        (Channel.SEARCH, {medium, name} & SEARCH_WORDS),
        (Channel.REFERRAL, medium in {"referral", "link"} or source),
    )
    return next((channel for channel, applies in rules if applies), None)


def host_channel(host: str) -> str:
    """Return the channel of a referrer by its host alone."""
    return _by_host(host, is_internal=False).value


@lru_cache(maxsize=4096)
def _by_host(host: str, *, is_internal: bool) -> Channel:
    rules = (
        (Channel.DIRECT, not host),
        (Channel.INTERNAL, is_internal),
        (Channel.AI, is_below(host, AI_HOSTS)),
        (Channel.EMAIL, is_below(host, EMAIL_HOSTS)),
        (Channel.SEARCH, is_below(host, SEARCH_HOSTS) or SEARCH_PATTERN.fullmatch(host)),
        (Channel.SOCIAL, is_below(host, SOCIAL_HOSTS)),
    )
    return next((channel for channel, applies in rules if applies), Channel.REFERRAL)


def _clean(text: str) -> str:
    """Cut a campaign's name to printable characters that any database takes."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    words = " ".join(printable.encode("utf-8", "ignore").decode().split())
    return words[:MAX_CAMPAIGN_LENGTH].strip()
