"""Pages beside the queue: the list of words, and how long what readers send is kept."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.log_actions import log
from wagtail.models import Site

from news.comments import permissions, retention, words
from news.comments.desk.decisions import comments_of
from news.comments.desk.forms import WordsForm
from news.comments.models import CommentSettings

TRIED = 1000


@require_safe
def show_retention(request: HttpRequest) -> HttpResponse:
    """How long what readers send is kept, and what the next run would touch."""
    if not permissions.may_moderate(request.user):
        raise PermissionDenied
    context = {"rules": retention.dry_run(timezone.now())}
    return render(request, "reader_comments/admin/retention.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def try_words(request: HttpRequest) -> HttpResponse:
    """Try a list of words against the last comments; keep it only when asked to."""
    if not permissions.may_moderate(request.user):
        raise PermissionDenied
    may_keep = permissions.may_moderate_everything(request.user)
    kept = CommentSettings.of(request).held_words
    form = WordsForm(request.POST or None, initial={"words": kept})
    context: dict[str, Any] = {"form": form, "may_keep": may_keep}
    if request.method == "POST" and form.is_valid():
        if "keep" in request.POST:
            if not may_keep:
                raise PermissionDenied
            return _keep(request, form.cleaned_data["words"])
        context |= _tried(request, form.cleaned_data["words"])
    return render(request, "reader_comments/admin/words.html", context)


def _tried(request: HttpRequest, listed: str) -> dict[str, Any]:
    last = list(comments_of(request.user).order_by("-submitted_at")[:TRIED])
    rows = [
        (comment, words.passages(listed, f"{comment.name}\n{comment.text}")) for comment in last
    ]
    return {"tried": len(rows), "held": [row for row in rows if row[1]]}


def _keep(request: HttpRequest, listed: str) -> HttpResponse:
    settings = CommentSettings.for_site(Site.find_for_request(request))
    settings.held_words = listed
    settings.save()
    log(settings, "wagtail.edit", user=request.user)
    messages.success(request, _("The list is kept and holds from the next comment on."))
    return redirect("reader_comments_admin:words")
