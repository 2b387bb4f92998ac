"""The public doors of closed pages and documents: Wagtail's views, behind the throttle."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from wagtail import views as pages
from wagtail.documents.views import serve as documents
from wagtail.models import CollectionViewRestriction, Page, PageViewRestriction

from cms.operation import metrics
from cms.signing_in import throttle
from cms.signing_in.forms import ClosedForm

TOO_MANY_REQUESTS = 429


def open_page(request: HttpRequest, page_view_restriction_id: int, page_id: int) -> HttpResponse:
    """Ask for the password of a page; after too many attempts look at none."""

    def refuse() -> HttpResponse:
        restriction = get_object_or_404(PageViewRestriction, id=page_view_restriction_id)
        page = get_object_or_404(Page, id=page_id).specific
        form = ClosedForm(request.POST, instance=restriction)
        answer: HttpResponse = page.serve_password_required_response(request, form, request.path)
        return answer

    return _throttled(
        request,
        f"page restriction {page_view_restriction_id}",
        lambda: pages.authenticate_with_password(request, page_view_restriction_id, page_id),
        refuse,
    )


def open_documents(request: HttpRequest, restriction_id: int) -> HttpResponse:
    """Ask for the password of a collection of documents, likewise."""

    def refuse() -> HttpResponse:
        restriction = get_object_or_404(CollectionViewRestriction, id=restriction_id)
        form = ClosedForm(request.POST, instance=restriction)
        return TemplateResponse(
            request,
            "wagtaildocs/password_required.html",
            {"form": form, "action_url": request.path},
        )

    return _throttled(
        request,
        f"collection restriction {restriction_id}",
        lambda: documents.authenticate_with_password(request, restriction_id),
        refuse,
    )


def _throttled(
    request: HttpRequest,
    account: str,
    try_it: Callable[[], HttpResponse],
    refuse: Callable[[], HttpResponse],
) -> HttpResponse:
    if request.method != "POST":
        return try_it()
    now = timezone.now()
    if throttle.is_exceeded(request, account=account, now=now):
        metrics.logins.labels("throttled_page").inc()
        answer = refuse()
        answer.status_code = TOO_MANY_REQUESTS
        return answer
    answer = try_it()
    if answer.status_code == 302:  # the password was right
        throttle.forget(request, account=account, now=now)
    return answer
