"""Single acts of a moderator: decide, cut, note, evidence, standing, close, take back."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages as admin_messages
from wagtail.admin.utils import get_valid_next_url_from_request

from news.comments import moderation, permissions, standings, statements, threads
from news.comments.cuts import NothingCut, Reworded
from news.comments.desk import presence
from news.comments.desk.forms import CutForm, DecisionForm, HoldForm, NoteForm, StandingForm
from news.comments.models import (
    CommentNote,
    CommentState,
    LegalHold,
    ReaderComment,
    StandingDecision,
    StandingKind,
)
from news.comments.moderation import By, ConsentMissing, NotPossible, StateChanged
from news.comments.querysets import ReaderCommentQuerySet
from news.models import ArticlePage


@dataclass(frozen=True, slots=True)
class Verb:
    """What a moderator may do with a comment, from which states, and under which key."""

    label: Promise
    act: Callable[..., None]
    possible_from: frozenset[CommentState]
    asks_reason: bool = False
    key: str = ""
    can_undo: bool = True


VERBS: dict[str, Verb] = {
    "approve": Verb(gettext_lazy("Approve"), moderation.approve, moderation.APPROVABLE, key="a"),
    "reject": Verb(
        gettext_lazy("Reject"), moderation.reject, moderation.REJECTABLE, True, key="r"
    ),
    "hide": Verb(gettext_lazy("Hide"), moderation.hide, moderation.HIDEABLE, True, key="r"),
    "keep": Verb(gettext_lazy("Let it stand"), moderation.keep, moderation.KEEPABLE, key="a"),
    "spam": Verb(gettext_lazy("Spam"), moderation.mark_spam, moderation.SPAMMABLE, key="s"),
    "pick": Verb(
        gettext_lazy("Make it an editors' pick"),
        moderation.pick,
        moderation.PICKABLE,
        can_undo=False,
    ),
    "unpick": Verb(
        gettext_lazy("No longer an editors' pick"),
        moderation.unpick,
        moderation.PICKABLE,
        can_undo=False,
    ),
}
REFUSALS: dict[type[Exception], Promise] = {
    StateChanged: gettext_lazy("Nothing done: somebody else has decided meanwhile."),
    NotPossible: gettext_lazy("Nothing done: the comment is in another state now."),
    ConsentMissing: gettext_lazy("Nothing done: no consent stands for this comment."),
    Reworded: gettext_lazy("Nothing done: only whole passages may be cut, nothing reworded."),
    NothingCut: gettext_lazy("Nothing done: no passage is marked, or nothing would be left."),
}

# The forms on a comment's page, each with what its fields' ids begin with.
FORM_PREFIXES = {
    "form": "decide",
    "cut_form": "cut",
    "note_form": "note",
    "hold_form": "hold",
    "end_hold_form": "end-hold",
    "standing_form": "standing",
}


def comments_of(user: Any) -> ReaderCommentQuerySet:
    """Return the comments the user may moderate."""
    return permissions.within_rights(ReaderComment.objects.for_moderators(), user)


def find(request: HttpRequest, pk: int) -> ReaderComment:
    """Return a comment the user may moderate.

    Raises:
        PermissionDenied: the user moderates nothing at all.
        Http404: there is none, or it stands in a section of others.
    """
    if not permissions.may_moderate(request.user):
        raise PermissionDenied
    comments = comments_of(request.user).select_related("consent_text")
    comment: ReaderComment = get_object_or_404(comments, pk=pk)
    return comment


def possible_verbs(comment: ReaderComment, *, is_reported: bool = False) -> list[str]:
    """Return the names of the verbs that lead somewhere."""
    names = [name for name, verb in VERBS.items() if comment.state in verb.possible_from]
    left_out = {"pick" if comment.is_picked else "unpick"}
    if not is_reported:
        left_out.add("keep")
    return [name for name in names if name not in left_out]


def said_by(request: HttpRequest, said: dict[str, Any], batch: UUID | None) -> By:
    """Return who decides and why, from a form that was filled in."""
    fields = ("reason", "note", "ground", "text")
    return By(
        actor=request.user,
        tells=bool(said.get("tells")),
        batch=batch,
        **{name: said.get(name, "") for name in fields},
    )


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out one decision about one comment, from the state its moderator saw."""
    comment = find(request, pk)
    verb = VERBS.get(request.POST.get("verb", ""))
    if verb is None:
        return _answer(request, comment, "", is_done=False)
    form = DecisionForm(request.POST)
    if verb.asks_reason and not form.is_valid():
        message = str(next(iter(form.errors.values()))[0])
        if "reason" in form.errors:
            message = _("Please choose a reason.")
        if request.accepts("text/html"):
            messages.error(request, message)
            return _show_again(request, comment, {"form": form})
        return _answer(request, comment, message, is_done=False, status=422)
    said = form.cleaned_data if verb.asks_reason else {}
    batch = _number_of_act(request) if verb.can_undo else None
    by = said_by(request, said, batch)
    typed = {"form": form} if verb.asks_reason else None
    return _carry_out(request, comment, batch, lambda now: verb.act(comment, by, now=now), typed)


def _number_of_act(request: HttpRequest) -> UUID:
    """Return the number under which a script may send the same act again, else a new one."""
    with suppress(ValueError):
        return UUID(request.POST.get("act", ""))
    return uuid4()


def _carry_out(
    request: HttpRequest,
    comment: ReaderComment,
    batch: UUID | None,
    act: Callable[[Any], object],
    typed: dict[str, forms.Form] | None = None,
) -> HttpResponse:
    """Do it if the comment is still what the moderator saw, and say how it ended.

    What was typed is shown again where nothing could be done with it.
    """
    try:
        if request.POST.get("seen", comment.version) != comment.version:
            raise StateChanged
        act(timezone.now())
    except tuple(REFUSALS) as refused:
        if batch and comment.decisions.filter(batch=batch, actor=request.user).exists():
            comment.refresh_from_db()  # sent again, because the answer got lost
            return _say_done(request, comment, batch)
        message = str(REFUSALS[type(refused)])
        if typed and request.accepts("text/html"):
            messages.warning(request, message)
            return _show_again(request, comment, typed, status=409)
        return _answer(request, comment, message, is_done=False, status=409)
    return _say_done(request, comment, batch)


def _say_done(request: HttpRequest, comment: ReaderComment, batch: UUID | None) -> HttpResponse:
    presence.release(comment.pk, request.user)
    message = _("Done: %s") % comment.get_state_display()
    return _answer(request, comment, message, is_done=True, batch=batch)


def _answer(
    request: HttpRequest,
    comment: ReaderComment,
    message: str,
    *,
    is_done: bool,
    batch: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer a script in JSON, and a form with a message on the page it came from."""
    if request.accepts("text/html"):
        if is_done and batch:
            say_done(request, message, batch)
        elif message:
            (messages.success if is_done else messages.warning)(request, message)
        return redirect(get_valid_next_url_from_request(request) or inspect_url(comment))
    comment.refresh_from_db()
    answer = {
        "done": is_done,
        # Something is missing in what was said; the comment itself is as it was.
        "retry": status == 422,
        "message": message,
        "state": comment.state,
        "version": comment.version,
        "undo": reverse("reader_comments_admin:undo", args=[batch]) if batch else "",
    }
    return JsonResponse(answer, status=status)


def say_done(request: HttpRequest, message: str, batch: UUID) -> None:
    """Say what was done, with the way back."""
    url = reverse("reader_comments_admin:undo", args=[batch])
    admin_messages.success(request, message, buttons=[admin_messages.button(url, _("Undo"))])


def inspect_url(comment: ReaderComment) -> str:
    return reverse("reader_comments_admin:inspect", args=[comment.pk])


@require_POST
def cut(request: HttpRequest, pk: int) -> HttpResponse:
    """Take marked passages out of a comment, visibly."""
    comment = find(request, pk)
    form = CutForm(request.POST)
    if not form.is_valid():
        return _refuse_form(request, comment, {"cut_form": form})
    batch = uuid4()
    by, marked = said_by(request, form.cleaned_data, batch), form.cleaned_data["marked"]
    return _carry_out(
        request,
        comment,
        batch,
        lambda now: moderation.cut(comment, marked, by, now=now),
        {"cut_form": form},
    )


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a word for colleagues."""
    comment = find(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _refuse_form(request, comment, {"note_form": form})
    CommentNote.objects.create(
        comment=comment,
        actor=request.user,
        text=form.cleaned_data["text"],
        at=timezone.now(),
    )
    messages.success(request, _("The note is kept."))
    return redirect(inspect_url(comment))


@require_POST
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a comment as evidence."""
    comment = find(request, pk)
    form = HoldForm(request.POST)
    if not form.is_valid():
        return _refuse_form(request, comment, {"hold_form": form})
    by, until = By(actor=request.user, note=form.cleaned_data["note"]), form.cleaned_data["until"]
    return _carry_out(
        request,
        comment,
        None,
        lambda now: moderation.put_on_hold(comment, by, until=until, now=now),
        {"hold_form": form},
    )


@require_POST
def end_hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the evidence no longer, for a reason."""
    comment = find(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _refuse_form(request, comment, {"end_hold_form": form})
    by = By(actor=request.user, note=form.cleaned_data["text"])
    held = LegalHold.objects.filter(comment=comment, ended_at=None).first()
    if not (held and moderation.end_hold(held, by, now=timezone.now())):
        messages.warning(request, _("Nothing done: somebody else has decided meanwhile."))
        return _show_again(request, comment, {"end_hold_form": form}, status=409)
    messages.success(request, _("The comment is no longer kept as evidence."))
    return redirect(inspect_url(comment))


@require_POST
def set_standing(request: HttpRequest, pk: int) -> HttpResponse:
    """Trust or ban the writer of a comment; only an address that was confirmed has a standing."""
    comment = find(request, pk)
    form = StandingForm(request.POST)
    if not form.is_valid():
        return _refuse_form(request, comment, {"standing_form": form})
    said, now = form.cleaned_data, timezone.now()
    is_confirmed = comment.decisions.filter(rule__in=standings.CONFIRMING_RULES).exists()
    if said["kind"] == StandingKind.TRUSTED and not is_confirmed:
        messages.error(request, _("Nothing done: nobody has confirmed this address."))
        return _show_again(request, comment, {"standing_form": form})
    is_ban = said["kind"] == StandingKind.BANNED
    StandingDecision.objects.create(
        subject=comment.subject,
        kind=said["kind"],
        reason=said["reason"] if is_ban else "",
        note=said["note"],
        until=now + timedelta(days=said["days"]) if said["days"] else None,
        actor=request.user,
        at=now,
    )
    messages.success(request, _("From now on: %s") % StandingKind(said["kind"]).label)
    return redirect(inspect_url(comment))


def _refuse_form(
    request: HttpRequest, comment: ReaderComment, typed: dict[str, forms.Form]
) -> HttpResponse:
    """Say what is missing, on the comment's page with everything that was typed."""
    for form in typed.values():
        for name, errors in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            messages.error(request, f"{label}: {errors[0]}")
    return _show_again(request, comment, typed)


def _show_again(
    request: HttpRequest,
    comment: ReaderComment,
    typed: dict[str, forms.Form],
    status: int = 422,
) -> HttpResponse:
    """Show the comment's page as it is now, with forms as they were filled in."""
    for name, form in typed.items():
        form.auto_id = f"{FORM_PREFIXES[name]}-%s"
    show = resolve(inspect_url(comment))
    response: HttpResponse = show.func(request, *show.args, **show.kwargs, typed=typed)
    response.status_code = status
    return response


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the thread of an article and hold what waits, in one act."""
    if not permissions.may_moderate(request.user):
        raise PermissionDenied
    article = get_object_or_404(ArticlePage, pk=pk)
    if not permissions.may_moderate_article(request.user, article):
        raise PermissionDenied
    threads.close(article, user=request.user)
    messages.success(
        request, _("Comments on “%s” are closed; what waits is held.") % article.title
    )
    url = get_valid_next_url_from_request(request)
    return redirect(url or reverse("reader_comments_admin:list"))


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Take back what was decided in one act; GET shows it, POST acts."""
    if not permissions.may_moderate(request.user):
        raise PermissionDenied
    comments = comments_of(request.user).filter(decisions__batch=batch).distinct()
    if request.method != "POST":
        return render(request, "reader_comments/admin/undo.html", {"comments": comments})
    by, now = By(actor=request.user, rule="undo"), timezone.now()
    done = 0
    for comment in comments:
        with suppress(StateChanged, NotPossible, ConsentMissing):
            moderation.undo(comment, by, batch=batch, now=now)
            done += 1
    text = ngettext("%(count)d decision taken back.", "%(count)d decisions taken back.", done)
    text %= {"count": done}
    if not request.accepts("text/html"):
        return JsonResponse({"done": bool(done), "message": text})
    messages.success(request, text)
    return redirect("reader_comments_admin:list")


@require_POST
def show_presence(request: HttpRequest) -> HttpResponse:
    """Claim the comment the moderator looks at; answer who looks at the others."""
    if not permissions.may_moderate(request.user):
        raise PermissionDenied
    asked = _numbers(request.POST.get("shown", ""))
    seen = set(comments_of(request.user).filter(pk__in=asked).values_list("pk", flat=True))
    current = _numbers(request.POST.get("current", ""))
    if current and current[0] in seen:
        presence.claim(current[0], request.user)
    return JsonResponse({"others": presence.of_others(seen, request.user)})


def _numbers(value: str) -> list[int]:
    found = [int(part) for part in value.split(",") if part.isascii() and part.isdigit()]
    return [number for number in found[:200] if number < 2**63]


def canned_json() -> str:
    """Return every text to writers for the script that fills the field."""
    return json.dumps(statements.all_canned(), ensure_ascii=False)
