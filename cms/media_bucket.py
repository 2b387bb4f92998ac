"""The storage of media in a bucket that speaks S3; loaded only where one is configured."""

from typing import Any
from urllib.parse import quote

from botocore.config import Config
from django.conf import settings
from storages.backends.s3 import S3Storage

from cms.media import TIMEOUT_SECONDS

# What readers may see. Originals and documents are the site's: it asks who may read them.
PUBLIC = "images/"
# Renditions never change: another one has another name.
CACHE_CONTROL = "public, max-age=2592000, immutable"


class MediaBucket(S3Storage):
    """Pictures are read by browsers from the bucket, everything else through the site alone."""

    def __init__(self, **options: Any) -> None:
        # Servers of one's own seldom answer for a host name per bucket.
        style = "path" if options.get("endpoint_url") else "auto"
        patience = Config(
            connect_timeout=TIMEOUT_SECONDS,
            read_timeout=TIMEOUT_SECONDS,
            retries={"total_max_attempts": 2},
            s3={"addressing_style": style},
        )
        super().__init__(client_config=patience, **options)

    def get_default_settings(self) -> dict[str, Any]:
        return {**super().get_default_settings(), "public_url": ""}

    def url(self, name: str, *args: Any, **options: Any) -> str:
        """Return where browsers read a picture; of anything else the address it had on disk."""
        base = self.public_url if name.startswith(PUBLIC) else settings.MEDIA_URL.rstrip("/")
        return f"{base}/{quote(name)}"

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_object_parameters(name)
        if name.startswith(PUBLIC):
            parameters["CacheControl"] = CACHE_CONTROL
        return parameters
