"""Whether the writer of a comment belongs to the house."""

from django.contrib.auth import get_user_model

from news.comments.models import ReaderComment, Role


def of_writer(comment: ReaderComment) -> Role:
    """Return the role of whoever reads the comment's address; ask only once it is confirmed."""
    user = get_user_model().objects.filter(email__iexact=comment.email, is_active=True).first()
    if user is None or not user.has_perm("wagtailadmin.access_admin"):
        return Role.READER
    article = comment.article
    is_author = any(author.user_id == user.pk for author in article.authors)
    return Role.AUTHOR if is_author else Role.STAFF
