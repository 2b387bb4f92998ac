from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = "Redaktion"

    def ready(self) -> None:
        from cms import slugs
        from cms.signing_in import audit

        slugs.register()
        audit.connect()
