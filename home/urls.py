"""Addresses of the site's frame: robots.txt, and at the very end the pages themselves."""

from django.urls import path, re_path
from wagtail import urls as wagtail_urls

from home.robots import robots
from home.routing import serve

urlpatterns = [path("robots.txt", robots, name="robots")]

page_urlpatterns = [
    # Articles at once, everything else as Wagtail does.
    re_path(wagtail_urls.serve_pattern, serve, name="wagtail_serve"),
]
