"""Who may moderate: one right, in the admin and in every view."""

from typing import Any

from news.consent.permissions import LimitedPolicy

MODERATE = "reader_comments.moderate_comments"


def may_moderate(user: Any) -> bool:
    return bool(user.is_active and user.has_perm(MODERATE))


class ModerationPolicy(LimitedPolicy):
    """Moderators look and decide; nobody adds, rewords or deletes what readers wrote."""

    def __init__(self, model: Any) -> None:
        super().__init__(model, "view")

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and may_moderate(user)

    def _get_permission_codenames(self, actions: Any) -> set[str]:
        return {"moderate_comments"} if "view" in actions else set()
