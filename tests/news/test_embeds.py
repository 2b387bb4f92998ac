"""Embeds: known players only."""

import pytest

from news import embeds


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (
            "https://www.youtube.com/watch?v=abcdefghijk",
            "https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1",
        ),
        (
            "https://youtu.be/abcdefghijk?t=3",
            "https://www.youtube-nocookie.com/embed/abcdefghijk?autoplay=1",
        ),
        ("https://vimeo.com/123456", "https://player.vimeo.com/video/123456?autoplay=1&dnt=1"),
        ("https://youtube.com.example.org/watch?v=abcdefghijk", ""),
        ("http://example.org/", ""),
        ("javascript:alert(1)", ""),
    ],
)
def test_only_known_players_have_an_address(url: str, address: str) -> None:
    assert embeds.frame_address(url) == address


def test_host_is_the_name_readers_know() -> None:
    assert embeds.host("https://www.youtube.com/watch?v=1") == "youtube.com"
