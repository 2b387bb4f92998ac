"""Robots by their own account: found by user agent, sorted by what they are for."""

from __future__ import annotations

import re

from is_bot import Bots

from analytics.useragents import MAX_LENGTH, Remembered

# The first kind whose word is in the user agent; what no word fits is "other".
KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "ai",
        (
            *("gptbot", "chatgpt", "oai-searchbot", "openai", "claude", "anthropic", "perplexity"),
            *("ccbot", "bytespider", "cohere", "google-extended", "google-cloudvertexbot"),
            *("meta-externalagent", "meta-externalfetcher", "mistralai", "diffbot", "ai2bot"),
            *("youbot", "deepseek", "grokbot", "duckassistbot", "amazonbot", "timpibot"),
            *("applebot-extended", "imagesiftbot", "pangubot", "omgili", "petalbot-ai"),
        ),
    ),
    (
        "monitor",
        (
            *("uptime", "pingdom", "statuscake", "site24x7", "monitor", "check_http", "nagios"),
            *(
                "zabbix",
                "datadog",
                "newrelic",
                "lighthouse",
                "pagespeed",
                "speedcurve",
                "gtmetrix",
            ),
            *("blackbox", "betterstack", "checkly", "freshping", "hetrix", "catchpoint"),
        ),
    ),
    (
        "feed",
        (
            *("feed", "rss", "inoreader", "newsblur", "netnewswire", "theoldreader", "miniflux"),
            *("superfeedr", "bloglovin", "podcast", "overcast", "blogtrottr"),
        ),
    ),
    (
        "social",
        (
            *("facebookexternalhit", "facebookcatalog", "facebot", "twitterbot", "linkedinbot"),
            *("slackbot", "slack-imgproxy", "telegrambot", "whatsapp", "discordbot", "pinterest"),
            *("mastodon", "pleroma", "misskey", "akkoma", "bluesky", "cardyb", "redditbot"),
            *("skypeuripreview", "embedly", "iframely", "tumblr", "vkshare", "viber", "snapchat"),
            *("bitlybot", "flipboard", "line-poker", "kakaotalk-scrap", "google-read-aloud"),
        ),
    ),
    (
        "search",
        (
            *("googlebot", "googleother", "google-inspectiontool", "adsbot-google", "bingbot"),
            *("mediapartners-google", "storebot-google", "apis-google", "bingpreview", "msnbot"),
            *("adidxbot", "slurp", "yandex", "baidu", "duckduckbot", "duckduckgo", "applebot"),
            *(
                "sogou",
                "seznambot",
                "qwantify",
                "qwantbot",
                "exabot",
                "petalbot",
                "yeti/",
                "naver",
            ),
            *(
                "daum",
                "coccoc",
                "mojeekbot",
                "bravebot",
                "ia_archiver",
                "archive.org",
                "360spider",
            ),
            *("haosouspider", "ask jeeves", "teoma", "marginalia", "yacy", "gigabot", "wotbox"),
        ),
    ),
    (
        "tool",
        (
            *("curl", "wget", "python", "java", "go-http", "okhttp", "axios", "node", "ruby"),
            *("perl", "php", "libwww", "guzzle", "httpclient", "postman", "insomnia", "httpie"),
            *("scrapy", "headless", "phantomjs", "selenium", "playwright", "puppeteer", "cypress"),
            *("apache-http", "aiohttp", "httpx", "winhttp", "powershell", "apachebench", "siege"),
            *("ahrefs", "semrush", "mj12bot", "dotbot", "rogerbot", "screaming frog", "sitebulb"),
            *("nmap", "nikto", "sqlmap", "zgrab", "masscan", "nuclei", "censys", "expanse"),
        ),
    ),
)
# What real browsers call themselves and the package's list takes for robots.
INNOCENT = re.compile(r"WebAppManager|SogouMSE,SogouMobileBrowser|Build/CUBOT")
# A phone may be called "M bot 51", "Spider 8" or "Discovery": what stands for its model says
# nothing. Robots name themselves beside it, or with a version.
ANDROID_MODEL = re.compile(
    r"(Android [\d.]+; ?(?:[a-z]{2}-[a-z]{2}; ?)?)[^;()/]{1,60}?(?=[ ;]+Build/|;|\))"
)
# UC Browser on an iPhone, in the few words it spares its readers' data with.
UC_BROWSER = re.compile(r"(pf\(\d+\);la\([\w-]+\);)?dv\(iPh\d+,\d+\);pr\(UCBrowser")
KIND_OTHER = "other"

_bots = Bots()


def _kind_of(user_agent: str) -> str:
    user_agent = user_agent[:MAX_LENGTH]
    if not user_agent.strip():
        return KIND_OTHER
    if UC_BROWSER.match(user_agent):
        return ""
    if not _bots.is_bot(ANDROID_MODEL.sub(r"\1K", INNOCENT.sub("", user_agent))):
        return ""
    lowered = user_agent.lower()
    for kind, words in KINDS:
        if any(word in lowered for word in words):
            return kind
    return KIND_OTHER


kind_of_bot = Remembered[str, str](_kind_of)
"""Return the kind of robot a user agent says it is; "" for a browser. None at all is a robot."""
