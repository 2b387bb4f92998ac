"""What search engines are told about the comments below an article."""

from typing import Any

from news.comments.discussion import Discussion, Node

Data = dict[str, Any]


def comments(discussion: Discussion) -> Data:
    """Return what schema.org adds to an article: the number, and the comments that are shown."""
    if not discussion.is_visible or not discussion.count:
        return {}
    address = discussion.article.full_url
    return {
        "commentCount": discussion.count,
        "comment": [_comment(node, address) for node in discussion.thread.published],
    }


def _comment(node: Node, address: str) -> Data:
    comment = node.comment
    data: Data = {
        "@type": "Comment",
        "@id": f"{address}#{comment.anchor}",
        "text": comment.text,
        "datePublished": comment.submitted_at.isoformat(),
        "author": {"@type": "Person", "name": comment.name},
    }
    if comment.edited_at:
        data["dateModified"] = comment.edited_at.isoformat()
    if comment.parent_id:
        data["parentItem"] = {"@id": f"{address}#comment-{comment.parent_id}"}
    return data
