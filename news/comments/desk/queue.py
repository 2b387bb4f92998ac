"""The queue: what asks for a decision, with the context that a decision needs."""

from functools import partial
from typing import Any

import django_filters
from django import forms
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BaseColumn
from wagtail.snippets.views.snippets import IndexView, InspectView, SnippetViewSet

from news.comments import alerts, cuts, discussion, moderation, permissions, rules, standings
from news.comments.desk import decisions, presence, unsent, upkeep
from news.comments.desk.decisions import VERBS, comments_of, possible_verbs
from news.comments.desk.forms import CutForm, DecisionForm, HoldForm, NoteForm, StandingForm
from news.comments.models import (
    STATED_REASONS,
    CommentHold,
    CommentNote,
    CommentReport,
    CommentSettings,
    CommentState,
    HoldKind,
    LegalHold,
    ReaderComment,
)
from news.consent.models import ConsentEvent
from news.models import SectionPage
from news.reports import SectionField
from news.spreadsheets import without_formula

TO_DO = "open"
MOST_SHOWN = 99
LISTED_STATES = [
    (TO_DO, _("To do")),
    *(choice for choice in CommentState.choices if choice[0] != CommentState.UNCONFIRMED),
]
# What waits longest comes first; what is done is looked up from its end.
OLDEST_FIRST = {TO_DO, CommentState.PENDING.value}


class CommentFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=LISTED_STATES,
        widget=forms.RadioSelect,
        empty_label=_("All"),
        method="in_state",
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
    decided = django_filters.ChoiceFilter(
        label=_("Reason of a decision"),
        choices=STATED_REASONS,
        method="decided_for",
    )
    section = django_filters.ModelChoiceFilter(
        label=_("Section"), queryset=lambda request: _sections(request), method="in_section"
    )
    section.field_class = SectionField

    class Meta:
        model = ReaderComment
        fields: list[str] = []

    def in_state(
        self, comments: QuerySet[ReaderComment], name: str, value: str
    ) -> QuerySet[ReaderComment]:
        return comments.to_do() if value == TO_DO else comments.filter(state=value)

    def for_reason(
        self, comments: QuerySet[ReaderComment], name: str, value: str
    ) -> QuerySet[ReaderComment]:
        if value == "reported":
            return comments.filter(pk__in=CommentReport.objects.values("comment"))
        return comments.filter(pk__in=CommentHold.objects.filter(kind=value).values("comment"))

    def decided_for(
        self, comments: QuerySet[ReaderComment], name: str, value: str
    ) -> QuerySet[ReaderComment]:
        return comments.filter(decisions__reason=value).distinct()

    def in_section(
        self, comments: QuerySet[ReaderComment], name: str, section: SectionPage
    ) -> QuerySet[ReaderComment]:
        return comments.filter(article__path__startswith=section.path)


def _sections(request: HttpRequest | None) -> QuerySet[SectionPage]:
    """Return the sections a moderator may choose from."""
    sections = SectionPage.objects.order_by("path")
    paths = permissions.sections_of(request.user) if request else None
    if paths is None:
        return sections
    within = Q(pk__in=[])
    for tree_path in paths:
        within |= Q(path__startswith=tree_path)
    return sections.filter(within)


def searched(comments: QuerySet[ReaderComment], words: str) -> QuerySet[ReaderComment]:
    """Return the comments that hold every one of the words, in name, text or headline."""
    for word in words.split()[:10]:
        comments = comments.filter(
            Q(name__icontains=word) | Q(text__icontains=word) | Q(article__title__icontains=word)
        )
    return comments


def matching(query: QueryDict, request: HttpRequest) -> QuerySet[ReaderComment]:
    """Return the comments that the listing under this query shows, on all its pages."""
    filters = CommentFilterSet(query, queryset=comments_of(request.user), request=request)
    found = filters.qs if filters.form.is_valid() else comments_of(request.user).none()
    return searched(found, query.get("q", ""))


def _counted(related: type) -> Coalesce:
    rows = related.objects.filter(comment=OuterRef("pk")).order_by()
    return Coalesce(Subquery(rows.values("comment").annotate(n=Count("pk")).values("n")), 0)


def _open_reports() -> Coalesce:
    rows = CommentReport.objects.filter(comment=OuterRef("pk"), settled_at=None).order_by()
    return Coalesce(Subquery(rows.values("comment").annotate(n=Count("pk")).values("n")), 0)


class CommentColumn(BaseColumn):
    """The whole comment in one cell: who, where, what, why it waits, and what can be done."""

    cell_template_name = "reader_comments/admin/row.html"

    def __init__(self, view: "CommentIndexView") -> None:
        super().__init__("comment", label=_("Comment"))
        self.view = view

    def get_cell_context_data(
        self, instance: ReaderComment, parent_context: dict[str, Any]
    ) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        request, view = self.view.request, self.view
        names = possible_verbs(instance, is_reported=bool(instance.open_reports))
        shown = [name for name in names if name not in ("pick", "unpick")]
        return context | {
            "comment": instance,
            "standing": view.standings.get(instance.subject),
            "looked_at_by": view.claims.get(instance.pk),
            "section": view.section_titles.get(instance.article.path[: -instance.article.steplen]),
            "verbs": [(name, VERBS[name]) for name in shown],
            "csrf_token": get_token(request),
            "next": request.get_full_path(),
        }


class CommentIndexView(IndexView):
    """The queue. Whatever its filters say, nobody sees comments of others' sections."""

    template_name = "reader_comments/admin/queue.html"
    list_export = [
        "pk",
        "submitted_at",
        "article.title",
        "name",
        "text",
        "get_state_display",
        "published_at",
        "report_count",
    ]
    export_headings = {
        "pk": _("Number"),
        "submitted_at": _("Sent"),
        "article.title": _("Article"),
        "name": _("Name"),
        "text": _("Comment"),
        "get_state_display": _("State"),
        "published_at": _("Published"),
        "report_count": _("Readers’ reports"),
    }
    export_filename = "reader-comments"
    # A spreadsheet runs what looks like a formula; what a reader typed may.
    custom_value_preprocess = {
        **IndexView.custom_value_preprocess,
        str: {"csv": without_formula, "xlsx": without_formula},
    }

    def get_base_queryset(self) -> Any:
        comments = comments_of(self.request.user).prefetch_related("holds")
        return comments.annotate(
            report_count=_counted(CommentReport),
            open_reports=_open_reports(),
            note_count=_counted(CommentNote),
            evidence_count=_counted(LegalHold),
        )

    def search_queryset(self, queryset: Any) -> Any:
        return searched(queryset, self.search_query or "")

    @cached_property
    def columns(self) -> list[BaseColumn]:
        return [super().columns[0], CommentColumn(self)]

    def get_ordering(self) -> Any:
        is_queue = self.request.GET.get("state") in OLDEST_FIRST
        return ["submitted_at", "pk"] if is_queue else super().get_ordering()

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        if self.is_export:
            return context
        shown = list(context["page_obj"].object_list) if context.get("page_obj") else []
        user, now = self.request.user, timezone.now()
        settings = CommentSettings.of(self.request)
        subjects = {comment.subject for comment in shown if comment.subject}
        self.standings = standings.for_subjects(subjects, settings=settings, now=now)
        self.claims = presence.of_others([comment.pk for comment in shown], user)
        self.section_titles = dict(SectionPage.objects.values_list("path", "title"))
        profile = getattr(user, "wagtail_userprofile", None)
        return context | {
            "work": alerts.work_of(user),
            "reasons": STATED_REASONS,
            "decision_form": DecisionForm(auto_id="desk-%s"),
            "canned": decisions.canned_json(),
            "has_keys": getattr(profile, "keyboard_shortcuts", True),
            "is_queue": self.request.GET.get("state") in OLDEST_FIRST,
        }


class CommentInspectView(InspectView):
    """One comment with its place in the thread, what was decided, and the consent shown."""

    page_title = _("Reader comment")

    def get_object(self, queryset: Any = None) -> ReaderComment:
        return decisions.find(self.request, self.pk)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show a form again that was refused; nobody posts to this address itself."""
        if "typed" not in kwargs:
            return self.http_method_not_allowed(request)
        response: HttpResponse = self.get(request, *args, **kwargs)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        comment, now = self.object, timezone.now()
        events = ConsentEvent.objects.for_comment(comment.pk).in_order()
        settings = CommentSettings.of(self.request)
        reports = list(comment.reports.all())
        is_reported = any(report.settled_at is None for report in reports)
        verbs = possible_verbs(comment, is_reported=is_reported)
        evidence = comment.legal_holds.filter(ended_at=None).select_related("actor").first()
        start, end = cuts.brackets(comment.text)
        form = partial(DecisionForm, auto_id="decide-%s")
        shown = {
            "form": any(VERBS[name].asks_reason for name in verbs),
            "cut_form": comment.state in moderation.CUTTABLE,
            "hold_form": not evidence and comment.state != CommentState.WITHDRAWN,
            "end_hold_form": bool(evidence),
        }
        typed = self.kwargs.get("typed", {})
        unplaced = [form for name, form in typed.items() if not shown.get(name, True)]
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "comment": comment,
            "holds": comment.holds.all(),
            "reports": reports,
            "notes": comment.notes.select_related("actor"),
            "notices": comment.notices.all(),
            "revisions": comment.revisions.all(),
            "evidence": evidence,
            "history": self._history(comment),
            "standing": standings.of(comment.subject, settings=settings, now=now),
            "node": discussion.Node(comment),
            "decisions": [
                (decision, rules.label(decision))
                for decision in comment.decisions.select_related("actor")
            ],
            "events": events.select_related("text"),
            # Evidence never goes back on the page.
            "verbs": [(name, VERBS[name]) for name in verbs if not evidence or name != "approve"],
            "may_cut": shown["cut_form"],
            "may_hold": shown["hold_form"],
            "unsent": unsent.words_of(unplaced),
            "form": form(),
            "cut_form": CutForm(initial={"marked": comment.text}, auto_id="cut-%s"),
            "brackets": {"start": start, "end": end},
            "note_form": NoteForm(auto_id="note-%s"),
            "hold_form": HoldForm(auto_id="hold-%s"),
            "end_hold_form": NoteForm(auto_id="end-hold-%s"),
            "standing_form": StandingForm(auto_id="standing-%s"),
            "canned": decisions.canned_json(),
            "may_close": permissions.may_moderate_article(self.request.user, comment.article),
            **typed,
        }

    def _history(self, comment: ReaderComment) -> list[ReaderComment]:
        """Return what the same confirmed address wrote last, where the user may look."""
        if not comment.subject:
            return []
        others = comments_of(self.request.user).for_subjects([comment.subject])
        return list(others.exclude(pk=comment.pk).order_by("-submitted_at")[:10])


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
    index_template_name = "reader_comments/admin/queue.html"
    index_results_template_name = "reader_comments/admin/queue_results.html"
    filterset_class = CommentFilterSet
    search_fields = ["name", "text", "article__title"]
    list_per_page = 50
    ordering = ["-submitted_at", "-pk"]
    list_display = ["name"]
    list_export = CommentIndexView.list_export
    export_headings = CommentIndexView.export_headings
    export_filename = CommentIndexView.export_filename

    @cached_property
    def menu_url(self) -> str:
        return reverse(self.get_url_name("list")) + f"?state={TO_DO}"

    @property
    def menu_item_class(self) -> type:
        from wagtail.admin.menu import MenuItem
        from wagtail.admin.ui.sidebar import LinkMenuItem

        def is_shown(item: MenuItem, request: HttpRequest) -> bool:
            return permissions.may_moderate(request.user)

        def render_component(item: MenuItem, request: HttpRequest) -> LinkMenuItem:
            count = comments_of(request.user).to_do().count()
            waiting = ngettext(
                "%(counter)s reader comment waits", "%(counter)s reader comments wait", count
            )
            # the number stands on the icon: beside the label there is no room for it
            attrs = {
                "data-waiting": str(min(count, MOST_SHOWN)) + ("+" if count > MOST_SHOWN else ""),
                "aria-label": waiting % {"counter": count},
            }
            return LinkMenuItem(
                item.name,
                item.label,
                item.url,
                icon_name=item.icon_name,
                attrs=attrs if count else {},
            )

        return type(
            "ReaderCommentMenuItem",
            (MenuItem,),
            {"is_shown": is_shown, "render_component": render_component},
        )

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("decide/<int:pk>/", decisions.decide, name="decide"),
            path("cut/<int:pk>/", decisions.cut, name="cut"),
            path("note/<int:pk>/", decisions.note, name="note"),
            path("hold/<int:pk>/", decisions.hold, name="hold"),
            path("end-hold/<int:pk>/", decisions.end_hold, name="end_hold"),
            path("standing/<int:pk>/", decisions.set_standing, name="standing"),
            path("close/<int:pk>/", decisions.close, name="close"),
            path("undo/<uuid:batch>/", decisions.undo, name="undo"),
            path("presence/", decisions.show_presence, name="presence"),
            path("words/", upkeep.try_words, name="words"),
            path("retention/", upkeep.show_retention, name="retention"),
        ]

    def register_chooser_viewset(self) -> None:
        """Nobody picks comments; Wagtail's chooser would list them to everyone in the admin."""
