import pytest

from analytics.channels import Channel, Origin, host_of, origin_of, query_of

OWN = frozenset({"zeitung.example"})


@pytest.mark.parametrize(
    ("referrer", "channel", "host"),
    [
        ("", Channel.DIRECT, ""),
        ("about:blank", Channel.DIRECT, ""),
        ("https://zeitung.example/politik/", Channel.INTERNAL, ""),
        ("https://www.zeitung.example/", Channel.INTERNAL, ""),
        ("https://www.google.com/", Channel.SEARCH, "google.com"),
        ("https://www.google.co.uk/search?q=x", Channel.SEARCH, "google.co.uk"),
        ("https://duckduckgo.com/", Channel.SEARCH, "duckduckgo.com"),
        ("https://de.search.yahoo.com/", Channel.SEARCH, "de.search.yahoo.com"),
        ("https://www.ecosia.org/", Channel.SEARCH, "ecosia.org"),
        (
            "android-app://com.google.android.googlequicksearchbox/",
            Channel.SEARCH,
            "com.google.android.googlequicksearchbox",
        ),
        ("https://docs.google.com/", Channel.REFERRAL, "docs.google.com"),
        ("https://m.facebook.com/", Channel.SOCIAL, "m.facebook.com"),
        ("https://t.co/abc", Channel.SOCIAL, "t.co"),
        ("https://mastodon.social/@x", Channel.SOCIAL, "mastodon.social"),
        ("https://mail.google.com/", Channel.EMAIL, "mail.google.com"),
        ("android-app://com.google.android.gm/", Channel.EMAIL, "com.google.android.gm"),
        ("https://chatgpt.com/", Channel.AI, "chatgpt.com"),
        ("https://www.perplexity.ai/search", Channel.AI, "perplexity.ai"),
        ("https://gemini.google.com/", Channel.AI, "gemini.google.com"),
        ("https://blog.example.org:8443/a?b=c", Channel.REFERRAL, "blog.example.org"),
        ("https://notfacebook.com/", Channel.REFERRAL, "notfacebook.com"),
    ],
)
def test_referrer_gives_channel_and_host(referrer, channel, host):
    assert origin_of(referrer=referrer, query="", own_hosts=OWN) == Origin(channel, host)


@pytest.mark.parametrize(
    ("query", "channel"),
    [
        ("utm_medium=cpc&utm_source=google", Channel.PAID),
        ("utm_medium=paid_social&utm_source=facebook", Channel.PAID),
        ("gclid=abc", Channel.PAID),
        ("utm_medium=email", Channel.EMAIL),
        ("utm_source=newsletter", Channel.EMAIL),
        ("utm_medium=social", Channel.SOCIAL),
        ("utm_source=facebook", Channel.SOCIAL),
        ("utm_source=chatgpt.com", Channel.AI),
        ("utm_medium=organic", Channel.SEARCH),
        ("utm_source=partner.example", Channel.REFERRAL),
        ("page=2", Channel.DIRECT),
    ],
)
def test_campaign_in_the_address_decides_first(query, channel):
    location = f"https://zeitung.example/a/?{query}#top"

    assert origin_of(referrer="", query=query_of(location), own_hosts=OWN).channel is channel


def test_campaign_is_cut_and_printable():
    location = "/?utm_campaign=%00Mai%0A%09%20%20Aktion" + "x" * 100

    campaign = origin_of(referrer="", query=query_of(location), own_hosts=OWN).campaign

    assert campaign == "Mai Aktion" + "x" * 50


@pytest.mark.parametrize(
    "url",
    [
        "http://[",
        "http://a b/",
        "javascript:alert(1)",
        "http://" + "a" * 101,
        "http://ex\tample/\n<b>",
        "https://ä.example/",
        "nonsense",
    ],
)
def test_odd_addresses_have_no_host_or_a_clean_one(url):
    assert host_of(url) in {"", "example"}


def test_address_with_a_thousand_fields_does_no_harm():
    location = "/?" + "&".join(f"a{n}=1" for n in range(1000)) + "&utm_medium=cpc"

    assert origin_of(referrer="", query=query_of(location), own_hosts=OWN) == Origin(
        Channel.DIRECT
    )


@pytest.mark.parametrize(
    ("referrer", "words"),
    [
        ("https://zeitung.example/suche/?q=Neue+Kr%C3%A4ne", "neue kräne"),
        ("https://zeitung.example/en/search/?q=cranes&page=2", "cranes"),
        ("https://zeitung.example/suche/", ""),
        ("https://zeitung.example/wirtschaft/?q=x", ""),
        ("https://anders.example/suche/?q=x", ""),
        ("https://zeitung.example/suche/?q=jo@example.org", ""),
        ("https://zeitung.example/suche/?q=0171+234+5678", ""),
    ],
)
def test_words_of_the_sites_own_search_are_kept(referrer, words):
    origin = origin_of(referrer=referrer, query="", own_hosts=frozenset({"zeitung.example"}))

    assert origin.search_words == words
