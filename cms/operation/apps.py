from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OperationConfig(AppConfig):
    name = "cms.operation"
    label = "operation"
    verbose_name = _("Operation")

    def ready(self) -> None:
        from cms.operation import logs, pulse

        logs.connect()
        pulse.connect()
        autodiscover_modules("monitoring")
