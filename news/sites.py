"""Which site a request is for, known without asking the database each time."""

from django.http import HttpRequest
from wagtail.models import Site
from wagtail.models.sites import SiteRootPath

from cms.page_cache import fragments


def know_site(request: HttpRequest) -> None:
    """Put site and addresses of all sites where Wagtail looks before it asks the database."""

    def ask() -> tuple[Site | None, list[SiteRootPath]]:
        site = Site.find_for_request(request)
        return site, Site.get_site_root_paths()

    host = (request._get_raw_host(), request.get_port())
    site, root_paths = fragments.kept(("site", *host), ask, tags=["navigation"])
    request._wagtail_site = site
    request._wagtail_cached_site_root_paths = root_paths
