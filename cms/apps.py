from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = "Redaktion"

    def ready(self) -> None:
        from cms import slugs

        slugs.register()
