"""One decision about many comments: those chosen, or all that match the filters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction

from news.comments.desk import queue
from news.comments.desk.decisions import VERBS, Verb, comments_of, said_by, say_done
from news.comments.desk.forms import DecisionForm
from news.comments.models import ReaderComment
from news.comments.moderation import By, ConsentMissing, NotPossible, StateChanged


class CommentBulkAction(SnippetBulkAction):
    """One decision about every chosen comment; what changed meanwhile is left alone."""

    models = [ReaderComment]
    verb_name: str
    template_name = "reader_comments/admin/bulk.html"

    @property
    def verb(self) -> Verb:
        return VERBS[self.verb_name]

    @classmethod
    def get_queryset(cls, model: Any, object_ids: Any) -> list[ReaderComment]:
        comments = ReaderComment.objects.for_moderators().filter(pk__in=list(object_ids))
        return list(comments.order_by("submitted_at", "pk"))

    def get_actionable_objects(self) -> tuple[list[ReaderComment], dict[str, Any]]:
        """Leave out what stands in sections of others as if it were not there."""
        self.mine = set(comments_of(self.request.user).values_list("pk", flat=True))
        objects, rest = super().get_actionable_objects()
        left = [comment for comment in rest["items_with_no_access"] if comment.pk in self.mine]
        return objects, {"items_with_no_access": left}

    def check_perm(self, obj: ReaderComment) -> bool:
        return obj.pk in self.mine and obj.state in self.verb.possible_from

    def get_all_objects_in_listing_query(self, parent_id: Any) -> Any:
        """Return everything that matches the filters, and was there when it was asked for."""
        found = queue.matching(self.request.GET, self.request)
        return found.filter(submitted_at__lte=self._asked_at()).values_list("pk", flat=True)

    def _asked_at(self) -> datetime:
        return parse_datetime(self.request.GET.get("asked_at", "")) or timezone.now()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        # What arrives while the moderator reads this page is no part of the decision.
        asked_at = urlencode({"asked_at": self._asked_at().isoformat()})
        return context | {"submit_url": f"{context['submit_url']}&{asked_at}"}

    def get_execution_context(self) -> dict[str, Any]:
        self.batch = uuid4()
        by = said_by(self.request, self.cleaned_form.cleaned_data, self.batch)
        return {"by": by, "verb": self.verb}

    @classmethod
    def execute_action(
        cls, objects: Sequence[ReaderComment], *, by: By, verb: Verb, **kwargs: Any
    ) -> tuple[int, int]:
        done = 0
        for comment in objects:
            try:
                verb.act(comment, by, now=timezone.now())
                done += 1
            except (StateChanged, NotPossible, ConsentMissing):
                continue
        return done, len(objects) - done

    def get_success_message(self, done: int, left: int) -> None:
        """Say it ourselves: Wagtail's own message has no way back."""
        text = ngettext("%(count)d comment decided.", "%(count)d comments decided.", done)
        say_done(self.request, text % {"count": done}, self.batch)


class ApproveBulkAction(CommentBulkAction):
    display_name = _("Approve")
    aria_label = _("Approve selected comments")
    action_type = "approve"
    action_priority = 10
    verb_name = "approve"


class RejectBulkAction(CommentBulkAction):
    display_name = _("Reject")
    aria_label = _("Reject selected comments")
    action_type = "reject"
    action_priority = 20
    classes = {"serious"}
    form_class = DecisionForm
    verb_name = "reject"


class HideBulkAction(CommentBulkAction):
    display_name = _("Hide")
    aria_label = _("Hide selected comments")
    action_type = "hide"
    action_priority = 25
    classes = {"serious"}
    form_class = DecisionForm
    verb_name = "hide"


class SpamBulkAction(CommentBulkAction):
    """Stands where Wagtail offers to delete snippets: what readers wrote is never deleted."""

    display_name = _("Spam")
    aria_label = _("Mark selected comments as spam")
    action_type = "delete"
    action_priority = 30
    classes = {"serious"}
    verb_name = "spam"


ACTIONS = (ApproveBulkAction, RejectBulkAction, HideBulkAction)
