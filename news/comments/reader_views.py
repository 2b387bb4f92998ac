"""The reader's own page, without account: everything held, what ends it, and mail that ends."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from news.comments import access, devices, limits, links, readers, replies, subject_access
from news.comments.forms import AddressForm
from news.comments.models import (
    AccessLink,
    LinkPurpose,
    ReaderComment,
    RememberedDevice,
    ReplySubscription,
)
from news.comments.private import gone, private, see_other
from news.consent import subjects
from news.consent.models import Method


@private
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for the link to one's own page; the answer is the same for every address."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST":
        now = timezone.now()
        if not form.is_valid():
            status = 422
        elif limits.too_many_requests(request, now=now):
            context["too_many"], status = True, 429
        else:
            address = form.cleaned_data["email"]
            if limits.may_mail(address, now=now):
                access.request_link(address, translation.get_language() or "de", now=now)
            context["is_done"] = True
    return render(request, "reader_comments/ask.html", context, status=status)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """Everything held about the address the link went to; each purpose ends by one button."""
    now = timezone.now()
    link = access.find(token, now=now)
    if link is None:
        return gone(request)
    if request.method == "POST":
        _act(request, link)
        act = request.POST["act"]
        response = (
            render(
                request,
                "reader_comments/erased.html",
                {"cases_kept": subject_access.count_cases(link.address)},
            )
            if act == "erase"
            else see_other("mine", token)
        )
        if act in {"device", "erase"}:
            devices.drop_cookie(response)
        return response
    references = subjects.references(link.address)
    record = subject_access.export(link.address)
    context = {
        "record": record,
        "has_standing": any(row["state"] != "withdrawn" for row in record["comments"]),
        "subscriptions": _subscriptions(references),
        "devices": RememberedDevice.objects.filter(subject__in=references).order_by("created_at"),
        "token": token,
        "link": link,
        "wants_erasure": "erase" in request.GET,
    }
    return render(request, "reader_comments/mine.html", context)


def _act(request: HttpRequest, link: AccessLink) -> None:
    """Do one thing to what belongs to the link's address; anything else is not found."""
    now, method = timezone.now(), Method.READER_PAGE
    references = subjects.references(link.address)
    number = request.POST.get("id", "")
    pk = int(number[:18]) if number.isascii() and number.isdigit() else 0
    match request.POST.get("act"):
        case "withdraw":
            comment = get_object_or_404(ReaderComment.objects.for_subjects(references), pk=pk)
            readers.withdraw(comment, now=now, method=method)
        case "withdraw_all":
            for comment in ReaderComment.objects.for_subjects(references):
                readers.withdraw(comment, now=now, method=method)
        case "replies":
            with transaction.atomic():
                for subscription in _subscriptions(references):
                    replies.end(subscription, method=method, now=now)
        case "device":
            with transaction.atomic():
                for device in RememberedDevice.objects.filter(subject__in=references):
                    devices.forget(device, method=method, now=now)
        case "erase":
            subject_access.erase(link.address, now=now, method=method)
        case _:
            raise SuspiciousOperation("unknown act")


def _subscriptions(references: list[str]) -> Any:
    found = ReplySubscription.objects.filter(comment__subject__in=references)
    return found.select_related("comment__article").order_by("created_at")


@private
@require_safe
def export(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """The same as a file to keep: JSON for machines, one HTML page for people."""
    link = access.find(token, now=timezone.now())
    if link is None:
        return gone(request)
    return as_file(request, link.address, form)


def as_file(request: HttpRequest, address: str, form: str) -> HttpResponse:
    """Return everything held about an address as an attachment."""
    response: HttpResponse
    if form == "json":
        response = JsonResponse(
            subject_access.export(address), json_dumps_params={"ensure_ascii": False, "indent": 2}
        )
    else:
        context = {"record": subject_access.export(address), "made_at": timezone.now()}
        response = render(request, "reader_comments/export.html", context)
    response.headers["Content-Disposition"] = f'attachment; filename="comments.{form}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@csrf_exempt  # mail programs send it from anywhere: the token alone says what ends (RFC 8058)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end_replies(request: HttpRequest, token: str) -> HttpResponse:
    """End mail about replies: a mail program posts here, a person presses the button first."""
    comment = links.find(token, LinkPurpose.REPLIES)
    if comment is None:
        return gone(request)
    subscription = replies.of_comment(comment)
    if request.method == "POST":
        is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        if subscription:
            method = Method.ONE_CLICK if is_one_click else Method.MAIL_LINK
            with transaction.atomic():
                replies.end(subscription, method=method, now=timezone.now())
        if is_one_click:
            return HttpResponse(status=204)
        return see_other("replies", token)
    context = {"subscription": subscription, "article": comment.article}
    response = render(request, "reader_comments/replies.html", context)
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@private
@require_http_methods(["POST"])
def forget_device(request: HttpRequest) -> HttpResponse:
    """Forget the device that the request comes from."""
    now = timezone.now()
    device = devices.of_request(request, now=now)
    if device:
        with transaction.atomic():
            devices.forget(device, method=Method.DEVICE, now=now)
    response = render(request, "reader_comments/forgotten.html")
    devices.drop_cookie(response)
    return response
