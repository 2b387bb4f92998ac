"""Public addresses of the law: a notice about a comment, an objection to a decision."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from news.comments import limits, notices, statements
from news.comments.models import CommentDecision, ReaderComment
from news.comments.notice_forms import ComplaintForm, NoticeForm
from news.comments.notices import Received
from news.comments.views import private

_NAMED = re.compile(r"(?:/show/(\d{1,18})/?|#comment-(\d{1,18}))$")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def notify(request: HttpRequest) -> HttpResponse:
    """Report a comment as unlawful; whoever gives an address gets a receipt with a number."""
    form = NoticeForm(request.POST or None, initial={"url": _asked_address(request)})
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        context["too_many"] = limits.too_many_reports(request, now=now)
        if not context["too_many"]:
            data = form.cleaned_data
            context["notice"] = notices.receive(
                Received(
                    comment=_named_comment(data["url"]),
                    url=data["url"],
                    ground=data["ground"],
                    explanation=data["explanation"],
                    name=data["name"],
                    email=data["email"],
                    language=translation.get_language(),
                ),
                now=now,
            )
    status = 422 if form.errors else 429 if context.get("too_many") else 200
    return render(request, "reader_comments/notice.html", context, status=status)


def _asked_address(request: HttpRequest) -> str:
    asked = request.GET.get("comment", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return ""
    return settings.SITE_URL + reverse("reader_comments:show", args=[int(asked)])


def _named_comment(url: str) -> ReaderComment | None:
    """Return the comment that an address of ours names, whatever its state is now."""
    if urlsplit(url).netloc not in {"", urlsplit(settings.SITE_URL).netloc}:
        return None
    found = _NAMED.search(url)
    if not found:
        return None
    comments = ReaderComment.objects.exclude(state="unconfirmed").select_related("article")
    named: ReaderComment | None = comments.filter(pk=int(found[1] or found[2])).first()
    return named


@private
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest, token: str) -> HttpResponse:
    """Object to one decision, once; GET shows it, POST sends the objection."""
    now = timezone.now()
    named = statements.read_token(token)
    decided = notices.about(*named, now=now) if named else None
    if decided is None:
        return render(request, "reader_comments/complaint_gone.html", status=404)
    found = notices.existing(decided)
    form = ComplaintForm(request.POST or None)
    if request.method == "POST" and not found and form.is_valid():
        found = notices.complain(decided, form.cleaned_data["text"], now=now)
    context = {
        "form": form,
        "complaint": found,
        "decision": decided if isinstance(decided, CommentDecision) else None,
        "notice": None if isinstance(decided, CommentDecision) else decided,
    }
    status = 422 if form.errors and not found else 200
    return render(request, "reader_comments/complaint.html", context, status=status)
