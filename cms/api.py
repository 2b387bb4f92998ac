"""Wagtail's read API: published pages and pictures, as JSON, for everyone alike."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet
from wagtail.query import PageQuerySet


class FoundByNumber:
    """An id that is none finds nothing; Wagtail's own lets the database stumble over it."""

    def find_object(self, queryset: Any, request: Any) -> Any:
        number = request.GET.get("id")
        if number is not None and not (number.isascii() and number.isdigit()):
            return None
        return super().find_object(queryset, request)  # type: ignore[misc]


class PublicPages(FoundByNumber, PagesAPIViewSet):
    # Nobody is recognised here, so no answer depends on a cookie.
    authentication_classes: list[type] = []
    renderer_classes = [JSONRenderer]

    def get_queryset(self) -> PageQuerySet:
        return super().get_queryset().select_related("locale")


class PublicImages(FoundByNumber, ImagesAPIViewSet):
    authentication_classes: list[type] = []
    renderer_classes = [JSONRenderer]

    def get_queryset(self) -> QuerySet[Any]:
        """Pictures that may still be shown."""
        may_be_used = Q(usage_ends_on=None) | Q(usage_ends_on__gte=timezone.localdate())
        return super().get_queryset().filter(may_be_used)


router = WagtailAPIRouter("wagtailapi")
router.register_endpoint("pages", PublicPages)
router.register_endpoint("images", PublicImages)
