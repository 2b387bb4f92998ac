"""The step of the workflow in which a second person reads."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, TaskState


class SecondPersonTask(AbstractGroupApprovalTask):
    """Approval by a member of the groups who is not the one who submitted."""

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        actions = super().get_actions(obj, user)
        state = obj.current_workflow_state
        if user.is_superuser or state is None or state.requested_by_id != user.pk:
            return actions
        return [action for action in actions if action[0] != "approve"]

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> QuerySet[TaskState]:
        """What waits for this user; what they submitted waits for others."""
        states = super().get_task_states_user_can_moderate(user, **kwargs)
        return states if user.is_superuser else states.exclude(workflow_state__requested_by=user)

    @classmethod
    def get_description(cls) -> str:
        return _("Members of the chosen groups can approve what somebody else submitted")

    class Meta:
        verbose_name = _("approval by a second person")
        verbose_name_plural = _("approvals by a second person")
