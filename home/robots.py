"""robots.txt: what the masthead says about crawlers."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from wagtail.models import Site

from cms.page_cache.tags import tag_response
from home.models import Masthead

# Crawlers that collect texts for language models, by the names they publish.
AI_CRAWLERS = [
    "AI2Bot",
    "Amazonbot",
    "anthropic-ai",
    "Applebot-Extended",
    "Bytespider",
    "CCBot",
    "ClaudeBot",
    "cohere-ai",
    "Diffbot",
    "Google-Extended",
    "GPTBot",
    "Meta-ExternalAgent",
    "omgili",
    "PerplexityBot",
]


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    site = Site.find_for_request(request)
    masthead = Masthead.objects.filter(site=site).first() or Masthead(site=site)
    root_url = site.root_url if site else ""
    response = HttpResponse(text(masthead, root_url), content_type="text/plain; charset=utf-8")
    tag_response(response, "navigation")
    return response


def text(masthead: Masthead, root_url: str) -> str:
    """Return the file; a demo stays crawlable so that its `noindex` can be read."""
    groups = []
    if not masthead.allows_ai_crawlers:
        groups.append([*(f"User-agent: {name}" for name in AI_CRAWLERS), "Disallow: /"])
    groups.append(["User-agent: *", "Disallow: /admin/", "Disallow: /_/", "Allow: /_/images/"])
    if not masthead.is_demo:
        groups.append(
            [f"Sitemap: {root_url}/{name}" for name in ("sitemap.xml", "news-sitemap.xml")]
        )
    return "\n\n".join("\n".join(lines) for lines in groups) + "\n"
