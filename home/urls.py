"""Addresses of the site's frame: robots.txt, and at the very end the pages themselves."""

from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls

from home.robots import robots
from home.routing import serve

urlpatterns = [path("robots.txt", robots, name="robots")]

page_urlpatterns = [
    # Articles in one query; the names and everything else are Wagtail's.
    re_path(wagtail_urls.serve_pattern, serve),
    path("", include(wagtail_urls)),
]
