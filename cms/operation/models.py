"""The right to see how the program fares."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OperationAccess(models.Model):
    """No table: the permission that stands for looking at the state of the program."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [("view_state", _("Can view the state of the program"))]
