"""Mails to those who comment. They hold nothing that a reader wrote."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from cms.outbox.mail import put_mail
from news.comments import links
from news.comments.models import LinkPurpose, ReaderComment, ReplySubscription


def ask_for_confirmation(comment: ReaderComment, *, now: datetime) -> None:
    """Send the link that confirms a comment, and the one that withdraws it."""
    confirm_url, manage_url = links.create_several(
        comment, LinkPurpose.CONFIRM, LinkPurpose.MANAGE, now=now
    )
    context = {
        "article": comment.article,
        "confirm_url": confirm_url,
        "manage_url": manage_url,
    }
    with translation.override(comment.language):
        put_mail(
            to=comment.email,
            subject=_("Please confirm your comment"),
            text=_text("confirm", context),
        )


def send_manage_link(comment: ReaderComment, *, has_wishes: bool, now: datetime) -> None:
    """Send the link that withdraws a comment which needs no confirmation.

    If the reader asked for more than the comment, the link that confirms that goes with it.
    """
    confirm_url = links.create(comment, LinkPurpose.CONFIRM, now=now) if has_wishes else ""
    context = {
        "article": comment.article,
        "confirm_url": confirm_url,
        "manage_url": links.create(comment, LinkPurpose.MANAGE, now=now),
    }
    with translation.override(comment.language):
        put_mail(to=comment.email, subject=_("Your comment"), text=_text("manage", context))


def tell_of_reply(subscription: ReplySubscription, reply: ReaderComment, *, now: datetime) -> None:
    """Tell that somebody answered; one request of a mail program ends these mails (RFC 8058)."""
    comment = subscription.comment
    end_url = links.create(comment, LinkPurpose.REPLIES, now=now)
    with translation.override(comment.language):
        context = {
            "article": reply.article,
            "reply_url": settings.SITE_URL + reverse("reader_comments:show", args=[reply.pk]),
            "end_url": end_url,
        }
        put_mail(
            to=subscription.address,
            subject=_("Somebody answered your comment"),
            text=_text("reply", context),
            headers={
                "List-Unsubscribe": f"<{end_url}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Auto-Submitted": "auto-generated",
            },
        )


def send_access_link(address: str, url: str, *, language: str) -> None:
    """Send the link to the reader's own page."""
    with translation.override(language):
        put_mail(to=address, subject=_("Your comments"), text=_text("access", {"url": url}))


def _text(name: str, context: dict[str, Any]) -> str:
    with_own_page = {"mine_url": settings.SITE_URL + reverse("reader_comments:ask")}
    return render_to_string(f"reader_comments/mail/{name}.txt", with_own_page | context)
