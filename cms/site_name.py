"""The newspaper's name, where staff see which newspaper they are signed in to."""

from typing import Any

from django.conf import settings
from wagtail.models import Site

from cms.page_cache import fragments


def site_name(_of: Any = None) -> str:
    """Return the name of the default site, or SITE_NAME as long as it has none: no query."""

    def ask() -> str:
        site = Site.objects.filter(is_default_site=True).first()
        return site.site_name if site else ""

    return fragments.kept(("site_name",), ask, tags=["navigation"]) or settings.WAGTAIL_SITE_NAME
