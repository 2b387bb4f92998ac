"""All routes; Wagtail's pages come last."""

from typing import Any

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.static import serve
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms.api import router as api_router
from cms.signing_in import urls as signing_in_urls
from home import urls as home_urls
from news import urls as news_urls


# On disk they are served here if nobody before us does; in a bucket, old addresses lead there.
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    try:
        return serve(request, path, document_root=settings.MEDIA_ROOT / "images")
    except OSError as error:  # no name of a file is that long
        raise Http404 from error


pictures: tuple[Any, ...] = (picture,)
if settings.MEDIA_PUBLIC_URL:
    pictures = (RedirectView.as_view(url=f"{settings.MEDIA_PUBLIC_URL}/images/%(path)s"),)

handler500 = "cms.unavailable.server_error"
urlpatterns = [
    path("", include("analytics.urls")),
    path("", include("cms.operation.urls")),
    path("admin/", include(wagtailadmin_urls)),
    # Before Wagtail's own, at the same addresses: passwords are throttled.
    path("documents/", include(signing_in_urls.document_urlpatterns)),
    path("documents/", include(wagtaildocs_urls)),
    # Renditions only: originals are nobody's, and documents ask who may read them.
    re_path(r"^media/images/(?P<path>.*)$", *pictures),
    path("api/v2/", api_router.urls),
    path("", include(home_urls)),
    path("", include(news_urls)),
    *i18n_patterns(
        path("", include(news_urls.localized_urlpatterns)),
        path("_/comments/", include("news.comments.urls")),
        path("", include(signing_in_urls.page_urlpatterns)),
        path("", include(home_urls.page_urlpatterns)),
        prefix_default_language=False,
    ),
]
