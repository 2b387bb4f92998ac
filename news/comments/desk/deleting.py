"""Articles whose comments are evidence or in dispute are unpublished, not deleted."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.models import Page

from news.comments import keeping
from news.comments.keeping import Kept


def refuse(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Say why a page cannot be deleted yet, and offer to unpublish it."""
    kept = keeping.of([page], now=timezone.now())
    if not kept:
        return None
    buttons = []
    if page.live and page.permissions_for_user(request.user).can_unpublish():
        url = reverse("wagtailadmin_pages:unpublish", args=[page.pk])
        buttons.append(messages.button(url, _("Unpublish")))
    messages.error(request, _explain(kept, page.get_admin_display_title()), buttons=buttons)
    return redirect("wagtailadmin_explore", page.get_parent().pk)


def refuse_in_bulk(
    request: HttpRequest, action_type: str, pages: Sequence[Any], action: Any
) -> HttpResponse | None:
    """Delete none of the pages if one of them has to stay, and name it."""
    if action_type != "delete":
        return None
    for page in pages:
        if isinstance(page, Page) and (kept := keeping.of([page], now=timezone.now())):
            messages.error(request, _explain(kept, page.get_admin_display_title()))
            return redirect(action.next_url or "wagtailadmin_home")
    return None


def _explain(kept: Kept, title: str) -> str:
    sentence = _("“%(title)s” cannot be deleted, because its comments go with it: %(reasons)s.")
    said = sentence % {"title": title, "reasons": "; ".join(_reasons(kept))}
    if kept.until:
        day = date_format(kept.until + timedelta(days=1), "DATE_FORMAT")
        return f"{said} {_('Unpublish it; it can be deleted from %s on.') % day}"
    return f"{said} {_('Unpublish it; it can be deleted when what is open is decided.')}"


def _reasons(kept: Kept) -> list[str]:
    n = kept.evidence
    said = {ngettext("%d comment is evidence", "%d comments are evidence", n): n}
    n = kept.complaints
    said[ngettext("%d objection is on the record", "%d objections are on the record", n)] = n
    n = kept.notices
    said[ngettext("%d legal notice is open", "%d legal notices are open", n)] = n
    n = kept.contestable
    said[
        ngettext(
            "%d decision can still be objected to", "%d decisions can still be objected to", n
        )
    ] = n
    return [text % number for text, number in said.items() if number]
