"""The address of a CDN or reverse proxy, as Wagtail's front-end cache wants it."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured


def backends(address: str, *, token: str) -> dict[str, dict[str, Any]]:
    """Return the setting WAGTAILFRONTENDCACHE: empty if nothing stands before the site.

    Raises:
        ImproperlyConfigured: the address is neither a proxy's nor a zone of Cloudflare.
    """
    if not address:
        return {}
    if address.startswith(("http://", "https://")):
        backend = {"BACKEND": "cms.page_cache.front.VarnishBackend", "LOCATION": address}
    elif address.startswith("cloudflare:") and token:
        backend = {
            "BACKEND": "cms.page_cache.front.CloudflareTagBackend",
            "ZONEID": address.partition(":")[2],
            "BEARER_TOKEN": token,
        }
    else:
        raise ImproperlyConfigured(
            "FRONT_CACHE must be the address of a proxy (http://varnish:6081) or cloudflare:ZONE, "
            "with a token in FRONT_CACHE_TOKEN."
        )
    return {"default": backend}
