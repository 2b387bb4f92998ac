"""Addresses of the site's frame: robots.txt, and at the very end the pages themselves."""

from django.urls import path, re_path
from wagtail import urls as wagtail_urls

from home.robots import robots
from home.routing import serve

urlpatterns = [path("robots.txt", robots, name="robots")]

# Log-in and password of closed pages are Wagtail's; they look like pages, so they come first.
_doors = [pattern for pattern in wagtail_urls.urlpatterns if pattern.name != "wagtail_serve"]
page_urlpatterns = [
    *_doors,
    # Articles in one query, everything else as Wagtail does.
    re_path(wagtail_urls.serve_pattern, serve, name="wagtail_serve"),
]
