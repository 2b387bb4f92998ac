"""Where pictures and documents are kept, as Django's storages want it: on disk or in a bucket."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from cms import environment as env

TIMEOUT_SECONDS = 10
NEEDED = ("MEDIA_S3_URL", "MEDIA_S3_KEY", "MEDIA_S3_SECRET")


def storage() -> dict[str, Any]:
    """Return the storage of media: the directory, unless MEDIA_S3_BUCKET names a bucket.

    Raises:
        ImproperlyConfigured: a bucket is named and something it needs is not.
    """
    bucket = env.text("MEDIA_S3_BUCKET")
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    if missing := [name for name in NEEDED if not env.text(name)]:
        raise ImproperlyConfigured(f"MEDIA_S3_BUCKET also needs {' and '.join(missing)}.")
    return {
        "BACKEND": "cms.media_bucket.MediaBucket",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": env.text("MEDIA_S3_ENDPOINT") or None,
            "region_name": env.text("MEDIA_S3_REGION") or None,
            "access_key": env.text("MEDIA_S3_KEY"),
            "secret_key": env.text("MEDIA_S3_SECRET"),
            "public_url": public_url(),
            # A name that is taken gets another one; nothing is ever written over.
            "file_overwrite": False,
            # Who may read what is the bucket's policy, in one place.
            "default_acl": None,
            "querystring_auth": False,
            "max_memory_size": 5_000_000,
        },
    }


def public_url() -> str:
    """Return where browsers find the bucket's pictures, without the last slash; "" on disk."""
    if not env.text("MEDIA_S3_BUCKET"):
        return ""
    url = env.text("MEDIA_S3_URL").rstrip("/")
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.hostname or parts.query):
        raise ImproperlyConfigured("MEDIA_S3_URL must be like https://media.example.org.")
    return url


def origins() -> list[str]:
    """Return the hosts, other than the site's own, that pages show pictures from."""
    parts = urlsplit(public_url())
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
