"""Referrers that exist only to be seen in reports."""

from __future__ import annotations

import re
from functools import lru_cache

from analytics.channels import is_below, words
from analytics.conf import intake_conf

# Known senders; with each host every host below it. ANALYTICS_SPAM_REFERRERS adds to them.
HOSTS = words("""
    semalt.com buttons-for-website.com buttons-for-your-website.com best-seo-offer.com
    best-seo-solution.com 100dollars-seo.com free-share-buttons.com free-social-buttons.com
    social-buttons.com simple-share-buttons.com darodar.com ilovevitaly.com ilovevitaly.co
    priceg.com blackhatworth.com hulfingtonpost.com econom.co o-o-6-o-o.com
    trafficmonetize.org trafficmonetizer.org success-seo.com videos-for-your-business.com
    webmonetizer.net event-tracking.com get-free-traffic-now.com floating-share-buttons.com
    traffic2money.com kambasoft.com savetubevideo.com 4webmasters.org 7makemoneyonline.com
    cenokos.ru cenoval.ru iskalko.ru lomb.co lombia.co ranksonic.info ranksonic.org
    erot.co sexyali.com e-buyeasy.com rank-checker.online website-analyzer.info
""")
# What such senders like to call themselves.
PATTERN = re.compile(
    r"(buttons?-for-(your-)?(web)?site|share-buttons?|-seo-(offer|solution|traffic)|"
    r"free-(traffic|backlinks?)|traffic-?(bot|monetize)|cheap-viagra|online-casino-bonus)"
)


@lru_cache(maxsize=8)
def _hosts(more: tuple[str, ...]) -> frozenset[str]:
    return HOSTS | {host.lower().removeprefix("www.") for host in more}


def is_spam(host: str) -> bool:
    """Say whether a referrer's host is a known spammer's."""
    if not host:
        return False
    more = intake_conf().spam_referrers
    return is_below(host, _hosts(more)) or bool(PATTERN.search(host))
