"""The reader's side: send, confirm, look at, withdraw. GET shows, POST acts; nothing is cached."""

import copy
from contextlib import nullcontext, suppress
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_GET, require_http_methods

from cms.page_cache import fragments
from cms.page_cache.tags import tag_response
from news.comments import (
    alerts,
    checks,
    devices,
    discussion,
    limits,
    links,
    proof,
    readers,
    replies,
)
from news.comments.discussion import Discussion
from news.comments.feeds import CommentFeed
from news.comments.forms import CommentForm, ReportForm, TextForm, find_public
from news.comments.models import CommentReport, CommentSettings, LinkPurpose, ReaderComment
from news.comments.private import gone, private, see_other
from news.consent.models import Method, Purpose
from news.models import ArticlePage
from news.sites import know_site


@private
@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: HttpRequest, page_id: int) -> HttpResponse:
    """The form on a page of its own, and where every form is sent to."""
    # Whoever sends something does so by what holds at this moment.
    with fragments.as_of_now() if request.method == "POST" else nullcontext():
        shown = _discussion(request, page_id)
    if not shown.is_open:
        status = 403 if request.method == "POST" else 200
        return _show(request, shown, None, status)
    if request.method == "POST":
        return _submit(request, shown)
    device = devices.of_request(request, now=shown.now)
    form = shown.form(answered=_asked(request, shown), device=device)
    return _show(request, shown, form, 200)


def _submit(request: HttpRequest, shown: Discussion) -> HttpResponse:
    form = shown.form(request.POST)
    if not form.is_valid():
        return _show(request, shown, form, 422)
    data, article, now = form.cleaned_data, shown.article, shown.now
    traffic = limits.count(request, email=data["email"], article_id=article.pk, now=now)
    if traffic.is_too_much:
        return _show(request, shown, form, 429, too_many=True)
    device = devices.of_request(request, now=now)
    if not devices.stands_for(device, data["email"]):
        device = None
    candidate = checks.Candidate(
        article_id=article.pk,
        name=data["name"],
        email=data["email"],
        text=data["text"],
        traffic=traffic,
        proof=data["proof"],
        is_remembered=device is not None,
        now=now,
    )
    answered = data["parent"]
    submission = readers.Submission(
        article=article,
        parent=answered.parent or answered if answered else None,
        answers=answered if answered and answered.parent_id else None,
        name=data["name"],
        email=data["email"],
        text=data["text"],
        consent_text=form.consent_text,
        ticket_digest=form.ticket_digest,
        surface=f"article:{article.pk}@{article.live_revision_id or 0} form:2",
        doubts=checks.run(candidate),
        reply_text=form.wish(Purpose.REPLY_MAIL),
        device_text=form.wish(Purpose.REMEMBER_DEVICE),
        device_token=devices.new_token(),
        device=device,
    )
    stored = readers.submit(submission, settings=shown.settings, now=now)
    # The same answer for a first and a second sending, a known and an unknown address.
    response = see_other("thanks", article.pk)
    if stored and submission.device_text:
        devices.put_cookie(response, submission.device_token)
    return response


def _show(
    request: HttpRequest,
    shown: Discussion,
    form: CommentForm | None,
    status: int,
    *,
    too_many: bool = False,
) -> HttpResponse:
    context = {
        "discussion": shown,
        "article": shown.article,
        "form": form,
        "too_many": too_many,
    }
    return render(request, "reader_comments/comment.html", context, status=status)


def _asked(request: HttpRequest, shown: Discussion) -> ReaderComment | None:
    value = request.GET.get("parent", "")
    if value.isascii() and value.isdigit():
        return find_public(shown.article, int(value[:19]))
    return None


@private
@require_GET
def ticket(request: HttpRequest, page_id: int) -> HttpResponse:
    """What a form in a cached page lacks: its own ticket, work in busy times, a known name."""
    shown = _discussion(request, page_id)
    if not shown.is_open or shown.consent_text is None:
        raise Http404
    form, now = shown.form(), shown.now
    answer: dict[str, Any] = {"ticket": form.ticket_value, "texts": form.text_ids}
    if device := devices.of_request(request, now=now):
        answer |= {"name": device.name, "email": device.address}
    elif limits.look(request, article_id=page_id, now=now).asks_for_proof:
        answer["challenge"] = proof.challenge(page_id, now=now)
    return JsonResponse(answer)


@private
@require_GET
def thanks(request: HttpRequest, page_id: int) -> HttpResponse:
    article = _article(page_id)
    context = {"article": article, "settings": CommentSettings.of(request)}
    return render(request, "reader_comments/thanks.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    found = links.find(token, LinkPurpose.CONFIRM)
    if found is None:
        return gone(request)
    if request.method == "POST":
        readers.confirm(
            found,
            settings=CommentSettings.of(request),
            with_wishes=request.POST.get("wishes") != "refuse",
            now=timezone.now(),
        )
        return see_other("confirm", token)
    wishes = readers.open_wishes(found)
    context = {
        "comment": found,
        "article": found.article,
        "wishes": [str(Purpose(wish).label) for wish in wishes],
    }
    return render(request, "reader_comments/confirm.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """The writer's page: the comment, its state, the consent with its exact text, and the end."""
    found = links.find(token, LinkPurpose.MANAGE)
    if found is None:
        return gone(request)
    subscription = replies.of_comment(found)
    if request.method == "POST":
        now = timezone.now()
        if request.POST.get("act") == "replies":
            if subscription:
                with transaction.atomic():
                    replies.end(subscription, method=Method.MAIL_LINK, now=now)
        else:
            readers.withdraw(found, now=now)
        return see_other("manage", token)
    context = {
        "comment": found,
        "subscription": subscription,
        "article": found.article,
        "token": token,
        "may_edit": readers.may_edit(found, now=timezone.now()),
    }
    return render(request, "reader_comments/manage.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, token: str) -> HttpResponse:
    """Change the text through the manage link, within minutes and before anybody answers."""
    found = links.find(token, LinkPurpose.MANAGE)
    if found is None:
        return gone(request)
    now = timezone.now()
    if not readers.may_edit(found, now=now):
        return see_other("manage", token)
    form = TextForm(request.POST or None, initial={"text": found.text})
    if request.method == "POST" and form.is_valid():
        # If it came too late, the page shows how the comment stands now.
        with suppress(readers.NotPossible, readers.StateChanged):
            readers.edit(
                found, form.cleaned_data["text"], settings=CommentSettings.of(request), now=now
            )
        return see_other("manage", token)
    context = {"form": form, "article": found.article, "token": token}
    status = 422 if form.errors else 200
    return render(request, "reader_comments/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD"])
def thread(request: HttpRequest, page_id: int, *, newest_first: bool = False) -> HttpResponse:
    """One page of a long thread, or the whole of it the newest first."""
    shown = _discussion(request, page_id)
    number = request.GET.get("page", "1")
    if not (number.isascii() and number.isdigit() and 0 < int(number[:9]) < 10**6):
        raise Http404
    page = discussion.thread(shown.article, number=int(number), newest_first=newest_first)
    if not page.nodes and page.number > 1:
        raise Http404
    shown.thread = page
    context = {"discussion": shown, "article": shown.article, "page": shown.article}
    response = render(request, "reader_comments/thread.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    tag_response(response, *discussion.cache_tags(shown.article))
    return response


@require_http_methods(["GET", "HEAD"])
def feed(request: HttpRequest, page_id: int) -> HttpResponse:
    """The newest comments of an article, for feed readers."""
    shown = _discussion(request, page_id)
    response = CommentFeed()(request, shown=shown)
    tag_response(response, *discussion.cache_tags(shown.article))
    return response


@require_http_methods(["GET", "HEAD"])
def show(request: HttpRequest, comment_id: int) -> HttpResponse:
    """The lasting address of a comment: leads to wherever it stands today."""
    public = ReaderComment.objects.published().select_related("parent")
    found = get_object_or_404(public, pk=min(comment_id, 2**63 - 1))
    article = _discussion(request, found.article_id).article
    number = discussion.page_of(found)
    url = article.get_url(request)
    if number > 1:
        url = f"{reverse('reader_comments:thread', args=[article.pk])}?page={number}"
    return redirect(f"{url}#{found.anchor}")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Tell the editors about a published comment, without an account."""
    public = ReaderComment.objects.published()
    found = get_object_or_404(public, pk=min(comment_id, 2**63 - 1))
    article = _discussion(request, found.article_id).article
    form = ReportForm(request.POST or None)
    context = {"comment": found, "article": article, "form": form}
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        context["too_many"] = limits.too_many_reports(request, now=now)
        if not context["too_many"]:
            with transaction.atomic():
                CommentReport.objects.create(comment=found, at=now, **form.cleaned_data)
                alerts.after_report(found)
            context["is_done"] = True
    status = 422 if form.errors else 429 if context.get("too_many") else 200
    return render(request, "reader_comments/report.html", context, status=status)


def _article(page_id: int) -> ArticlePage:
    """Return a published article; a copy, since what is kept belongs to all requests."""

    def read() -> ArticlePage:
        found: ArticlePage = get_object_or_404(
            ArticlePage.objects.published().select_related("locale"),
            pk=page_id,
            locale__language_code=language,
        )
        return found

    language = translation.get_language()
    tags = [f"page:{page_id}", "navigation"]
    return copy.copy(fragments.kept(("article", page_id, language), read, tags=tags))


def _discussion(request: HttpRequest, page_id: int) -> Discussion:
    know_site(request)
    found = discussion.of(_article(page_id), request)
    if found is None or not found.is_visible:
        raise Http404
    return found
