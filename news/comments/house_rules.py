"""What holds for comments on the whole site: settings, the notices in force, the policy's page."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils import translation
from wagtail.models import Site

from cms.page_cache import fragments
from news.comments.models import CommentSettings
from news.consent import texts
from news.consent.models import ConsentText


@dataclass(frozen=True, slots=True)
class HouseRules:
    """Shared by every page that is read: not to be changed."""

    settings: CommentSettings
    texts: tuple[ConsentText, ...]
    privacy_page_url: str

    def texts_at(self, now: datetime) -> dict[str, ConsentText]:
        """Return the text in force by purpose; versions may be written ahead of their time."""
        return texts.in_force(self.texts, now=now)


def of(request: HttpRequest, language: str) -> HouseRules:
    """Return the rules, from memory while nothing was said that changes them."""
    site = Site.find_for_request(request)
    key = ("house_rules", site and site.pk, language, translation.get_language())
    return fragments.kept(key, lambda: _read(request, language), tags=["navigation"])


def _read(request: HttpRequest, language: str) -> HouseRules:
    settings = CommentSettings.of(request)
    page = settings.privacy_page
    return HouseRules(
        settings=settings,
        texts=tuple(ConsentText.objects.filter(language=language)),
        privacy_page_url=(page.localized.url or "") if page else "",
    )
