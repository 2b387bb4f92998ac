"""All routes; Wagtail's pages come last."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms.api import router as api_router
from home.robots import robots
from home.routing import serve as serve_page
from news import urls as news_urls

urlpatterns = [
    path("", include("analytics.urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT}),
    path("api/v2/", api_router.urls),
    path("robots.txt", robots, name="robots"),
    path("", include(news_urls)),
    *i18n_patterns(
        path("", include(news_urls.localized_urlpatterns)),
        path("_/comments/", include("news.comments.urls")),
        # Articles in one query; the names and everything else are Wagtail's.
        re_path(wagtail_urls.serve_pattern, serve_page),
        path("", include(wagtail_urls)),
        prefix_default_language=False,
    ),
]
