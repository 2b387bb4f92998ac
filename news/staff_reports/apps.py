from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffReportsConfig(AppConfig):
    name = "news.staff_reports"
    label = "staff_reports"
    verbose_name = _("Reports")
