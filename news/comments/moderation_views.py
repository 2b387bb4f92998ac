"""The moderation queue in the Wagtail admin: list, one comment, decisions one by one or many."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import django_filters
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin import messages as admin_messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, TitleColumn
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction
from wagtail.snippets.views.snippets import IndexView, InspectView, SnippetViewSet

from news.comments import discussion, moderation, retention, threads, words
from news.comments.models import (
    CommentHold,
    CommentReport,
    CommentSettings,
    CommentState,
    HoldKind,
    ReaderComment,
    Reason,
)
from news.comments.moderation import By, ConsentMissing, NotPossible, StateChanged
from news.comments.permissions import may_moderate
from news.consent.models import ConsentEvent
from news.models import ArticlePage, SectionPage

LISTED_STATES = [choice for choice in CommentState.choices if choice[0] != "unconfirmed"]


class DecisionForm(forms.Form):
    """What a moderator says about a decision."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Please choose")), *Reason.choices]
    )
    note = forms.CharField(
        label=_("Note for colleagues"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class WordsForm(forms.Form):
    words = forms.CharField(
        label=_("words that hold a comment"),
        max_length=20_000,
        help_text=CommentSettings._meta.get_field("held_words").help_text,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


TRIED = 1000
Verb = Callable[..., None]
# verb -> (function, whether a reason is asked for, states it leads from)
VERBS: dict[str, tuple[Verb, bool, frozenset[CommentState]]] = {
    "approve": (moderation.approve, False, moderation.APPROVABLE),
    "reject": (moderation.reject, True, moderation.REJECTABLE),
    "hide": (moderation.hide, True, moderation.HIDEABLE),
    "spam": (moderation.mark_spam, False, moderation.SPAMMABLE),
    "pick": (moderation.pick, False, moderation.PICKABLE),
    "unpick": (moderation.unpick, False, moderation.PICKABLE),
}


class DecideColumn(BaseColumn):
    """A button that approves a waiting comment right in the list."""

    cell_template_name = "reader_comments/admin/decide_cell.html"

    def get_cell_context_data(
        self, instance: ReaderComment, parent_context: dict[str, Any]
    ) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        request = parent_context["request"]
        return context | {"csrf_token": get_token(request), "next": request.get_full_path()}


class HoldColumn(Column):
    cell_template_name = "reader_comments/admin/hold_cell.html"


class TextColumn(Column):
    cell_template_name = "reader_comments/admin/text_cell.html"


class CommentFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=LISTED_STATES, widget=forms.RadioSelect, empty_label=_("All")
    )
    article = django_filters.CharFilter(
        label=_("Article"), field_name="article__title", lookup_expr="icontains"
    )
    word = django_filters.CharFilter(label=_("Word"), field_name="text", lookup_expr="icontains")
    reason = django_filters.ChoiceFilter(
        label=_("Why held"),
        choices=[*HoldKind.choices, ("reported", _("Reported by readers"))],
        method="for_reason",
    )
    section = django_filters.ModelChoiceFilter(
        label=_("Section"),
        queryset=SectionPage.objects.order_by("title"),
        method="in_section",
    )

    class Meta:
        model = ReaderComment
        fields: list[str] = []

    def for_reason(
        self, comments: QuerySet[ReaderComment], name: str, value: str
    ) -> QuerySet[ReaderComment]:
        if value == "reported":
            return comments.filter(pk__in=CommentReport.objects.values("comment"))
        return comments.filter(pk__in=CommentHold.objects.filter(kind=value).values("comment"))

    def in_section(
        self, comments: QuerySet[ReaderComment], name: str, section: SectionPage
    ) -> QuerySet[ReaderComment]:
        return comments.filter(article__path__startswith=section.path)


class CommentIndexView(IndexView):
    def get_base_queryset(self) -> Any:
        reports = CommentReport.objects.filter(comment=OuterRef("pk")).order_by()
        counted = reports.values("comment").annotate(n=Count("pk")).values("n")
        comments = ReaderComment.objects.for_moderators().prefetch_related("holds")
        return comments.annotate(report_count=Coalesce(Subquery(counted), 0))


class CommentInspectView(InspectView):
    """One comment with its place in the thread, what was decided, and the consent shown."""

    page_title = _("Reader comment")

    def get_object(self, queryset: Any = None) -> ReaderComment:
        comments = ReaderComment.objects.for_moderators().select_related("consent_text")
        comment: ReaderComment = get_object_or_404(comments, pk=self.pk)
        return comment

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        comment = self.object
        events = ConsentEvent.objects.for_comment(comment.pk).in_order()
        possible = {name for name, verb in VERBS.items() if comment.state in verb[2]}
        possible.discard("pick" if comment.is_picked else "unpick")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "comment": comment,
            "holds": comment.holds.all(),
            "reports": comment.reports.all(),
            "history": _history(comment),
            "node": discussion.Node(comment),
            "decisions": comment.decisions.select_related("actor"),
            "events": events.select_related("text"),
            "possible": possible,
            "form": DecisionForm(),
        }


def _history(comment: ReaderComment) -> dict[str, Any]:
    """What the same confirmed address wrote besides: how often, with which end, and the last."""
    if not comment.subject:
        return {}
    others = ReaderComment.objects.for_moderators().for_subjects([comment.subject])
    others = others.exclude(pk=comment.pk)
    counts = others.order_by("state").values_list("state").annotate(n=Count("pk"))
    return {
        "counts": [(CommentState(state).label, count) for state, count in counts],
        "newest": others.order_by("-submitted_at")[:10],
    }


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the thread of an article for good, in one act."""
    if not may_moderate(request.user):
        raise PermissionDenied
    article = get_object_or_404(ArticlePage, pk=pk)
    threads.close(article, user=request.user)
    messages.success(request, _("Comments on “%s” are closed.") % article.title)
    url = get_valid_next_url_from_request(request)
    return redirect(url or reverse("reader_comments_admin:list"))


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Take back what was decided in one act; GET shows it, POST acts."""
    if not may_moderate(request.user):
        raise PermissionDenied
    comments = ReaderComment.objects.for_moderators().filter(decisions__batch=batch)
    if request.method != "POST":
        context = {"comments": comments.distinct()}
        return render(request, "reader_comments/admin/undo.html", context)
    by, now = By(actor=request.user, rule="undo"), timezone.now()
    done = 0
    for comment in comments.distinct():
        with suppress(StateChanged, NotPossible, ConsentMissing):
            moderation.undo(comment, by, batch=batch, now=now)
            done += 1
    text = ngettext("%(count)d decision taken back.", "%(count)d decisions taken back.", done)
    messages.success(request, text % {"count": done})
    return redirect("reader_comments_admin:list")


def _say_done(request: HttpRequest, message: str, batch: UUID) -> None:
    """Say what was done, with the way back."""
    url = reverse("reader_comments_admin:undo", args=[batch])
    admin_messages.success(request, message, buttons=[admin_messages.button(url, _("Undo"))])


@require_safe
def show_retention(request: HttpRequest) -> HttpResponse:
    """How long what readers send is kept, and what the next run would touch."""
    if not may_moderate(request.user):
        raise PermissionDenied
    context = {"rules": retention.dry_run(timezone.now())}
    return render(request, "reader_comments/admin/retention.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def try_words(request: HttpRequest) -> HttpResponse:
    """A list of words against the last comments: what it would have held. Nothing is saved."""
    if not may_moderate(request.user):
        raise PermissionDenied
    kept = CommentSettings.of(request).held_words
    form = WordsForm(request.POST or None, initial={"words": kept})
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        last = ReaderComment.objects.for_moderators().order_by("-submitted_at")[:TRIED]
        tried = [
            (comment, words.find(form.cleaned_data["words"], f"{comment.name}\n{comment.text}"))
            for comment in last
        ]
        context |= {"tried": len(tried), "held": [row for row in tried if row[1]]}
    return render(request, "reader_comments/admin/words.html", context)


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out one decision about one comment, from the state its moderator saw."""
    if not may_moderate(request.user):
        raise PermissionDenied
    comment = get_object_or_404(ReaderComment.objects.for_moderators(), pk=pk)
    name = request.POST.get("verb", "")
    if name in VERBS:
        _carry_out(request, comment, name)
    return redirect(get_valid_next_url_from_request(request) or _inspect_url(comment))


def _carry_out(request: HttpRequest, comment: ReaderComment, name: str) -> None:
    verb, asks_reason, _states = VERBS[name]
    form = DecisionForm(request.POST)
    if asks_reason and not form.is_valid():
        messages.error(request, _("Please choose a reason."))
        return
    said = form.cleaned_data if asks_reason else {}
    batch = uuid4() if name not in ("pick", "unpick") else None
    by = By(
        actor=request.user,
        reason=said.get("reason", ""),
        note=said.get("note", ""),
        batch=batch,
    )
    try:
        if request.POST.get("seen", comment.version) != comment.version:
            raise StateChanged
        verb(comment, by, now=timezone.now())
    except (StateChanged, NotPossible):
        messages.warning(request, _("Nothing done: somebody else has decided meanwhile."))
    except ConsentMissing:
        messages.error(request, _("Nothing done: no consent stands for this comment."))
    else:
        done = _("Done: %s") % comment.get_state_display()
        if batch:
            _say_done(request, done, batch)
        else:
            messages.success(request, done)


def _inspect_url(comment: ReaderComment) -> str:
    return reverse("reader_comments_admin:inspect", args=[comment.pk])


class CommentBulkAction(SnippetBulkAction):
    """One decision about every chosen comment; what changed meanwhile is left alone."""

    models = [ReaderComment]
    verb: Verb
    possible_from: frozenset[CommentState]
    template_name = "reader_comments/admin/bulk.html"

    def check_perm(self, obj: ReaderComment) -> bool:
        return may_moderate(self.request.user) and obj.state in self.possible_from

    def get_all_objects_in_listing_query(self, parent_id: Any) -> Any:
        return ReaderComment.objects.pending().values_list("pk", flat=True)

    def get_execution_context(self) -> dict[str, Any]:
        said = self.cleaned_form.cleaned_data
        self.batch = uuid4()
        by = By(
            actor=self.request.user,
            reason=said.get("reason", ""),
            note=said.get("note", ""),
            batch=self.batch,
        )
        return {"by": by, "verb": type(self).__dict__["verb"]}

    @classmethod
    def execute_action(
        cls, objects: Sequence[ReaderComment], *, by: By, verb: Verb, **kwargs: Any
    ) -> tuple[int, int]:
        done = 0
        for comment in objects:
            try:
                verb(comment, by, now=timezone.now())
                done += 1
            except (StateChanged, NotPossible, ConsentMissing):
                continue
        return done, len(objects) - done

    def get_success_message(self, done: int, left: int) -> None:
        """Say it ourselves: Wagtail's own message has no way back."""
        text = ngettext("%(count)d comment decided.", "%(count)d comments decided.", done)
        _say_done(self.request, text % {"count": done}, self.batch)


class ApproveBulkAction(CommentBulkAction):
    display_name = _("Approve")
    aria_label = _("Approve selected comments")
    action_type = "approve"
    action_priority = 10
    verb = moderation.approve
    possible_from = moderation.APPROVABLE


class RejectBulkAction(CommentBulkAction):
    display_name = _("Reject")
    aria_label = _("Reject selected comments")
    action_type = "reject"
    action_priority = 20
    classes = {"serious"}
    form_class = DecisionForm
    verb = moderation.reject
    possible_from = moderation.REJECTABLE


class SpamBulkAction(CommentBulkAction):
    """Stands where Wagtail offers to delete snippets: what readers wrote is never deleted."""

    display_name = _("Spam")
    aria_label = _("Mark selected comments as spam")
    action_type = "delete"
    action_priority = 30
    classes = {"serious"}
    verb = moderation.mark_spam
    possible_from = moderation.SPAMMABLE


class ReaderCommentViewSet(SnippetViewSet):
    model = ReaderComment
    base_url_path = "reader-comments"
    admin_url_namespace = "reader_comments_admin"
    icon = "comment"
    menu_label = _("Reader comments")
    menu_name = "reader-comments"
    menu_order = 250
    add_to_admin_menu = True
    add_to_reference_index = False
    exclude_form_fields: list[str] = []
    copy_view_enabled = False
    inspect_view_enabled = True
    index_view_class = CommentIndexView
    inspect_view_class = CommentInspectView
    inspect_template_name = "reader_comments/admin/inspect.html"
    filterset_class = CommentFilterSet
    search_fields = ["name", "text", "article__title"]
    list_per_page = 50
    ordering = ["-submitted_at", "-pk"]
    list_display = [
        TitleColumn(
            "name", label=_("Name"), get_url=lambda comment: _inspect_url(comment), width="15%"
        ),
        TextColumn("text", label=_("Comment")),
        Column("article.title", label=_("Article")),
        Column("get_state_display", label=_("State"), sort_key="state"),
        HoldColumn("why_held", label=_("Why held")),
        Column("report_count", label=_("Readers’ reports")),
        DateColumn("submitted_at", label=_("Sent"), sort_key="submitted_at"),
        DecideColumn("decide", label=_("Decision")),
    ]

    @cached_property
    def menu_url(self) -> str:
        return reverse(self.get_url_name("list")) + "?state=pending"

    @property
    def menu_item_class(self) -> type:
        from wagtail.admin.menu import MenuItem
        from wagtail.admin.ui.sidebar import LinkMenuItem

        def is_shown(item: MenuItem, request: HttpRequest) -> bool:
            return may_moderate(request.user)

        def render_component(item: MenuItem, request: HttpRequest) -> LinkMenuItem:
            count = ReaderComment.objects.pending().count()
            label = f"{count} {item.label}" if count else item.label
            return LinkMenuItem(item.name, label, item.url, icon_name=item.icon_name)

        return type(
            "ReaderCommentMenuItem",
            (MenuItem,),
            {"is_shown": is_shown, "render_component": render_component},
        )

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("decide/<int:pk>/", decide, name="decide"),
            path("close/<int:pk>/", close, name="close"),
            path("undo/<uuid:batch>/", undo, name="undo"),
            path("words/", try_words, name="words"),
            path("retention/", show_retention, name="retention"),
        ]

    def register_chooser_viewset(self) -> None:
        """Nobody picks comments; Wagtail's chooser would list them to everyone in the admin."""
