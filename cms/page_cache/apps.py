from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PageCacheConfig(AppConfig):
    name = "cms.page_cache"
    label = "page_cache"

    def ready(self) -> None:
        autodiscover_modules("cache_addresses")
