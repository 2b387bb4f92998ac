"""Mails to those who comment. They hold nothing that a reader wrote."""

from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from cms.outbox.mail import put_mail
from news.comments import links
from news.comments.models import LinkPurpose, ReaderComment


def ask_for_confirmation(comment: ReaderComment, *, now: datetime) -> None:
    """Send the link that confirms a comment, and the one that withdraws it."""
    context = {
        "article": comment.article,
        "confirm_url": links.create(comment, LinkPurpose.CONFIRM, now=now),
        "manage_url": links.create(comment, LinkPurpose.MANAGE, now=now),
    }
    with translation.override(comment.language):
        put_mail(
            to=comment.email,
            subject=_("Please confirm your comment"),
            text=render_to_string("reader_comments/mail/confirm.txt", context),
        )


def send_manage_link(comment: ReaderComment, *, now: datetime) -> None:
    """Send the link that withdraws a comment which needs no confirmation."""
    context = {
        "article": comment.article,
        "manage_url": links.create(comment, LinkPurpose.MANAGE, now=now),
    }
    with translation.override(comment.language):
        put_mail(
            to=comment.email,
            subject=_("Your comment"),
            text=render_to_string("reader_comments/mail/manage.txt", context),
        )
