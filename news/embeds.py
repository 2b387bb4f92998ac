"""Providers whose players may be loaded, once a reader has asked for it."""

import re
from urllib.parse import urlsplit

# The hosts on the right are the only ones that the content security policy lets into a frame.
PROVIDERS = [
    (
        re.compile(r"^https://(?:www\.|m\.)?youtube\.com/watch\?(?:.*&)?v=([\w-]{6,20})"),
        "https://www.youtube-nocookie.com/embed/{}?autoplay=1",
    ),
    (
        re.compile(r"^https://youtu\.be/([\w-]{6,20})"),
        "https://www.youtube-nocookie.com/embed/{}?autoplay=1",
    ),
    (
        re.compile(r"^https://(?:www\.)?vimeo\.com/(\d{4,12})\b"),
        "https://player.vimeo.com/video/{}?autoplay=1&dnt=1",
    ),
]


def frame_address(url: str) -> str:
    """Return the address of the player, or an empty text for a provider we do not know."""
    for pattern, address in PROVIDERS:
        match = pattern.match(url)
        if match:
            return address.format(match[1])
    return ""


def host(url: str) -> str:
    """Return the name under which readers know the place."""
    return (urlsplit(url).hostname or "").removeprefix("www.")
