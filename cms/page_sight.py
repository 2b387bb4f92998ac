"""Which pages somebody may see in the admin: what is public, and what lies in their sections.

Wagtail asks before anything is changed or shown in full. A few of its views tell the title before
they ask, and its page chooser asks nobody: titles of other sections' drafts are news, too.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from wagtail.admin.auth import permission_denied
from wagtail.models import Page
from wagtail.permissions import policy_registry

# How Wagtail's addresses call the pages that they name.
NAMES = ("page_id", "parent_page_id", "page_to_move_id", "destination_id", "page_pk")
CHOSEN = "wagtailadmin_choose_page_chosen_multiple"
# It names the page of each type that was edited last, wherever that is.
OF_THE_WHOLE_SITE = ("page_types_usage", "page_types_usage_results")


def seen_by(user: Any, pages: QuerySet[Page]) -> QuerySet[Page]:
    """Return those of the pages that are public, or that the user finds in the page tree."""
    policy = policy_registry.get_by_type(Page)
    public = Page.objects.live().public()
    return pages.filter(
        Q(pk__in=public.values("pk")) | Q(pk__in=policy.explorable_instances(user).values("pk"))
    )


class PageSightMiddleware:
    """Turn away whoever names a page in an address of Wagtail's that they may not see."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if not request.path_info.startswith("/admin/"):
            return None
        named = _named_pages(request, view, kwargs)
        is_of_the_whole_site = (
            request.resolver_match is not None
            and request.resolver_match.url_name in OF_THE_WHOLE_SITE
        )
        if not named and not is_of_the_whole_site:
            return None
        if request.user.is_superuser or not request.user.is_authenticated:
            return None
        pages = Page.objects.filter(pk__in=named)
        if not is_of_the_whole_site and seen_by(request.user, pages).count() == pages.count():
            return None
        refusal: HttpResponse = permission_denied(request)
        return refusal


def _named_pages(request: HttpRequest, view: Any, kwargs: dict[str, Any]) -> set[int]:
    module = getattr(view, "view_class", view).__module__
    if not module.startswith("wagtail."):
        return set()
    found = {kwargs[name] for name in NAMES if name in kwargs}
    if request.resolver_match and request.resolver_match.url_name == CHOSEN:
        found |= set(request.GET.getlist("id"))
    return {int(value) for value in found if str(value).isdecimal()}
