"""Where the import plugs into Wagtail: its report, and old addresses on the front page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.contrib.redirects.middleware import get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from news.wordpress import views
from news.wordpress.redirects import QUERY_NAMES


@hooks.register("before_serve_page")
def follow_old_query(page: Page, request: HttpRequest, *_args: Any) -> HttpResponse | None:
    """Answer `/?p=12` as WordPress did; the front page would answer it with itself.

    Nothing else reaches it: redirects are asked only after a 404.
    """
    if request.path != "/" or not request.GET.keys() & set(QUERY_NAMES):
        return None
    for name in QUERY_NAMES:
        if value := request.GET.get(name):
            wanted = Redirect.normalise_path(f"/?{name}={value}", decode_unicode=False)
            redirect = get_redirect(request, wanted)
            if redirect and redirect.link:
                return HttpResponsePermanentRedirect(redirect.link)
    return None


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    return [
        path("wordpress/", views.RunListView.as_view(), name="wordpress_runs"),
        path("wordpress/<int:pk>/", views.RunView.as_view(), name="wordpress_run"),
        path("wordpress/<int:pk>/report.json", views.report_json, name="wordpress_report"),
    ]


class ImportMenuItem(MenuItem):
    """Shown to those who may see the reports."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm("wordpress.view_importrun")


@hooks.register("register_reports_menu_item")
def register_menu_item() -> MenuItem:
    return ImportMenuItem(
        _("WordPress imports"),
        reverse_lazy("wordpress_runs"),
        name="wordpress-imports",
        icon_name="download",
        order=900,
    )


@hooks.register("register_permissions")
def register_permissions() -> Any:
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(content_type__app_label="wordpress")
