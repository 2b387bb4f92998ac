"""Old comments become reader comments: text, name, thread and state; no address of a machine."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from news.comments.models import CommentDecision, CommentState, ReaderComment
from news.comments.text import MAX_NAME_LENGTH, clean_line, clean_text
from news.consent import recording, subjects
from news.models import ArticlePage
from news.wordpress import richtext
from news.wordpress.bookkeeping import Book, digest, reserve_ids
from news.wordpress.models import ImportedItem, Kind, Outcome
from news.wordpress.records import Item, Remark, moment
from news.wordpress.report import Report

STATES = {
    "1": CommentState.PUBLISHED,
    "approve": CommentState.PUBLISHED,
    "approved": CommentState.PUBLISHED,
    "0": CommentState.PENDING,
    "hold": CommentState.PENDING,
    "spam": CommentState.SPAM,
}
PINGS = {"pingback", "trackback"}
SURFACE = "wordpress import"


def import_comments(
    article: ArticlePage,
    item: Item,
    book: Book,
    report: Report,
    *,
    keeps_addresses: bool,
    now: datetime,
) -> None:
    """Write the comments below one article that are new or have changed.

    Call it in a transaction.
    """
    remarks = [remark for remark in item.remarks if _is_wanted(remark, item, report)]
    entries = book.entries(Kind.COMMENT, [remark.id for remark in remarks])
    new = [remark for remark in remarks if remark.id not in entries]
    _update(remarks, entries, book, report, item)
    if book.dry_run:
        for remark in new:
            _tell(report, Outcome.IMPORTED, remark, item)
        return
    _create(article, new, entries, item, book, report, keeps_addresses, now)


def tell_dry(item: Item, report: Report) -> None:
    """Report what would become of the comments below an article that is not here yet."""
    for remark in item.remarks:
        if _is_wanted(remark, item, report):
            _tell(report, Outcome.IMPORTED, remark, item)


def _create(
    article: ArticlePage,
    new: list[Remark],
    entries: dict[str, ImportedItem],
    item: Item,
    book: Book,
    report: Report,
    keeps_addresses: bool,
    now: datetime,
) -> None:
    if not new:
        return
    ids = dict(zip((remark.id for remark in new), reserve_ids(ReaderComment, len(new)),
                   strict=True))  # fmt: skip
    known = {key: entry.object_id for key, entry in entries.items()} | ids
    parents = {remark.id: remark.parent for remark in item.remarks}
    comments = []
    for remark in new:
        root = _root(remark.id, parents, set(known))
        comments.append(
            _build(
                article,
                remark,
                pk=ids[remark.id],
                parent_id=known[root] if root else None,
                source=book.source,
                keeps_addresses=keeps_addresses,
                now=now,
            )
        )
    # Roots first: a reply's parent is there before it.
    ReaderComment.objects.bulk_create(sorted(comments, key=lambda c: c.parent_id is not None))
    CommentDecision.objects.bulk_create(
        CommentDecision(
            comment=comment,
            old_state=CommentState.UNCONFIRMED,
            new_state=comment.state,
            rule="imported",
            at=now,
        )
        for comment in comments
    )
    for remark, comment in zip(new, comments, strict=True):
        recording.import_without_evidence(
            address=remark.email.strip(), comment_id=comment.pk, surface=SURFACE, now=now
        )
        _tell(report, Outcome.IMPORTED, remark, item, object_id=comment.pk)
    ImportedItem.objects.bulk_create(
        ImportedItem(
            source=book.source,
            kind=Kind.COMMENT,
            source_key=remark.id,
            object_id=comment.pk,
            is_written=True,
            digest=_digest(remark),
            mark=_mark(comment),
        )
        for remark, comment in zip(new, comments, strict=True)
    )


def _build(
    article: ArticlePage,
    remark: Remark,
    *,
    pk: int,
    parent_id: int | None,
    source: str,
    keeps_addresses: bool,
    now: datetime,
) -> ReaderComment:
    state = STATES[remark.approved]
    submitted_at = moment(remark.date_gmt, remark.date, timezone.get_default_timezone()) or now
    email = remark.email.strip()
    return ReaderComment(
        pk=pk,
        article_id=article.pk,
        parent_id=parent_id,
        name=_name(remark),
        email=email[:254] if keeps_addresses else "",
        text=text_of(remark),
        state=state,
        language=article.locale.language_code,
        submitted_at=submitted_at,
        # The model wants a moment for all but unconfirmed ones; consent itself says "imported".
        confirmed_at=now,
        published_at=submitted_at if state == CommentState.PUBLISHED else None,
        ticket_digest=hashlib.sha256(f"{source}:comment:{remark.id}".encode()).hexdigest(),
        subject=subjects.reference(email) if email else "",
    )


def _update(
    remarks: list[Remark],
    entries: dict[str, ImportedItem],
    book: Book,
    report: Report,
    item: Item,
) -> None:
    """Follow changed words and states where no moderator and no reader has decided since."""
    known = [remark for remark in remarks if remark.id in entries]
    changed = [remark for remark in known if entries[remark.id].digest != _digest(remark)]
    for _unchanged in range(len(known) - len(changed)):
        report.add(Kind.COMMENT, Outcome.UNCHANGED, "")
    comments = ReaderComment.objects.in_bulk([entries[remark.id].object_id for remark in changed])
    for remark in changed:
        entry = entries[remark.id]
        comment = comments.get(entry.object_id)
        if comment is None or entry.mark != _mark(comment):
            reason = _("deleted here") if comment is None else _("decided here since")
            _tell(report, Outcome.KEPT, remark, item, reason, entry.object_id)
            continue
        if not book.dry_run:
            _follow(comment, remark, entry)
        _tell(report, Outcome.CHANGED, remark, item, _("the export has changed"), comment.pk)


def _follow(comment: ReaderComment, remark: Remark, entry: ImportedItem) -> None:
    old_state, state = comment.state, STATES[remark.approved]
    comment.name, comment.text, comment.state = _name(remark), text_of(remark), state
    if state == CommentState.PUBLISHED and not comment.published_at:
        comment.published_at = comment.submitted_at
    comment.save()
    if old_state != state:
        CommentDecision.objects.create(
            comment=comment,
            old_state=old_state,
            new_state=state,
            rule="imported",
            at=timezone.now(),
        )
    entry.digest, entry.mark = _digest(remark), _mark(comment)
    entry.save()


def _is_wanted(remark: Remark, item: Item, report: Report) -> bool:
    reason = ""
    if remark.type in PINGS:
        reason = _("pingback or trackback")
    elif remark.type not in {"", "comment"}:
        reason = _("comment of another kind: %(kind)s") % {"kind": remark.type[:40]}
    elif remark.approved not in STATES:
        reason = _("in the trash")
    elif not remark.id:
        reason = _("without a number")
    elif not text_of(remark):
        reason = _("without text")
    if reason:
        _tell(report, Outcome.SKIPPED, remark, item, reason)
    return not reason


def _root(key: str, parents: dict[str, str], known: set[str]) -> str:
    """Return the comment of the first level above one; threads here are one level deep."""
    seen = {key}
    root = ""
    while (key := parents.get(key, "")) and key not in seen:
        seen.add(key)
        if key in known:
            root = key
    return root


def text_of(remark: Remark) -> str:
    """Return the words of a comment; WordPress kept them as HTML."""
    content = remark.content.replace("\r\n", "\n")
    if "<" in content and "<p" not in content:
        content = content.replace("\n", "<br>")
    return clean_text(richtext.text_of(content))


def _name(remark: Remark) -> str:
    return clean_line(richtext.text_of(remark.author))[:MAX_NAME_LENGTH] or _("Anonymous")


def _digest(remark: Remark) -> str:
    return digest([remark.author, remark.content, remark.approved])


def _mark(comment: ReaderComment) -> str:
    return digest([comment.state, comment.name, comment.text])


def _tell(
    report: Report,
    outcome: Outcome,
    remark: Remark,
    item: Item,
    reason: str = "",
    object_id: int | None = None,
) -> None:
    link = f"{item.link}#comment-{remark.id}" if item.link else ""
    # Never the words: a report outlives a withdrawal.
    title = _("Comment on “%(title)s”") % {"title": item.title[:200]}
    report.add(
        Kind.COMMENT,
        outcome,
        remark.id,
        title,
        reason=reason,
        old_url=link,
        object_id=object_id,
    )
