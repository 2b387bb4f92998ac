"""Proof and copy for one person, for staff; every look-up is written down with its reason."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from news.comments import subject_access
from news.comments.forms import clean_address
from news.comments.models import RecordAccess
from news.comments.reader_views import as_file
from news.consent import checking, subjects
from news.consent.models import ConsentEvent

LOOK_UP = "reader_comments.look_up_person"
SHOWN = 50


class PersonForm(forms.Form):
    """Whose data, why, and in which form. Sent by POST: an address stays out of every log."""

    email = forms.CharField(label=_("E-mail"), max_length=254, widget=forms.EmailInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Such as: request for information of 3 November. It is kept with your name."),
    )
    form = forms.ChoiceField(
        label=_("Show as"),
        choices=[("view", _("Page")), ("html", _("File for the person")), ("json", "JSON")],
        initial="view",
    )

    def clean_email(self) -> str:
        return clean_address(self.cleaned_data["email"])

    def clean_reason(self) -> str:
        reason = " ".join(str(self.cleaned_data["reason"]).split())
        if len(reason) < 5:
            raise ValidationError(_("Please say why in a few words."))
        return reason


def may_look_up(user: Any) -> bool:
    return bool(user.is_active and user.has_perm(LOOK_UP))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Show what is held about one person with its proof, or hand it out as a file."""
    if not may_look_up(request.user):
        raise PermissionDenied
    form = PersonForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        _write_down(request, data)
        if data["form"] != "view":
            return as_file(request, data["email"], data["form"])
        context["record"] = subject_access.export(data["email"])
        context["address"] = data["email"]
        events = ConsentEvent.objects.for_subjects(subjects.references(data["email"]))
        read = events.select_related("text", "seal")
        context["record_break"] = checking.first_break_of(read)
        context["last_check"] = checking.last_check()
    context["accesses"] = RecordAccess.objects.order_by("-at")[:SHOWN]
    status = 422 if form.errors else 200
    return render(request, "reader_comments/admin/person.html", context, status=status)


@transaction.atomic
def _write_down(request: HttpRequest, data: dict[str, Any]) -> None:
    user: Any = request.user
    RecordAccess.objects.create(
        user=user,
        user_name=(user.get_full_name() or user.get_username())[:150],
        subject=subjects.reference(data["email"]),
        form=data["form"],
        reason=data["reason"],
        at=timezone.now(),
    )


urlpatterns: list[URLPattern] = [path("consent/person/", look_up, name="look_up_person")]
