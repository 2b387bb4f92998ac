"""Why a comment is held: checks that cost nothing and ask nobody."""

from news.comments import text, words
from news.comments.models import CommentHold, CommentSettings, HoldKind, ReaderComment


def check_again(comment: ReaderComment, settings: CommentSettings) -> None:
    """Write down anew why a changed comment is held; what moderators know already stays."""
    comment.holds.filter(kind__in=[HoldKind.WORD, HoldKind.LINK]).delete()
    check(comment, settings)


def check(comment: ReaderComment, settings: CommentSettings) -> None:
    """Write down which words and links hold a new comment."""
    found = [
        CommentHold(comment=comment, kind=HoldKind.WORD, detail=line[:200])
        for line in words.find(settings.held_words, f"{comment.name}\n{comment.text}")
    ]
    links = text.render(comment.text).count("<a ")
    if links > settings.links_allowed:
        found.append(CommentHold(comment=comment, kind=HoldKind.LINK, detail=str(links)))
    if found:
        CommentHold.objects.bulk_create(found)


def note(comment: ReaderComment, kind: HoldKind, detail: str = "") -> None:
    CommentHold.objects.get_or_create(
        comment=comment, kind=kind, defaults={"detail": detail[:200]}
    )
