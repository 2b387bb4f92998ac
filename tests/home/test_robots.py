"""robots.txt says what the masthead says."""

from home import robots
from home.models import Masthead


def test_ai_crawlers_are_kept_out_unless_allowed() -> None:
    assert "User-agent: GPTBot" in robots.text(Masthead(), "https://example.org")
    allowed = robots.text(Masthead(allows_ai_crawlers=True), "https://example.org")
    assert "GPTBot" not in allowed
    assert allowed == (
        "User-agent: *\nDisallow: /admin/\nDisallow: /_/\nAllow: /_/images/\n\n"
        "Sitemap: https://example.org/sitemap.xml\n"
        "Sitemap: https://example.org/news-sitemap.xml\n"
    )


def test_demo_names_no_sitemap_and_stays_readable() -> None:
    text = robots.text(Masthead(is_demo=True, allows_ai_crawlers=True), "")
    assert "Sitemap" not in text
    assert "Disallow: /\n" not in text
