"""Pictures as they are kept: decoded and encoded again, so that nothing else travels in them.

A file may be a picture and something else at once, and a camera writes where it stood. What is
kept holds pixels, colour profile and animation only.
"""

import io

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, ImageSequence

QUALITY = 92
OPTIONS: dict[str, dict[str, object]] = {
    "JPEG": {"quality": QUALITY, "subsampling": "4:4:4", "optimize": True},
    "PNG": {"optimize": True},
    "WEBP": {"quality": QUALITY, "method": 4},
    "AVIF": {"quality": QUALITY},
    "GIF": {},
}
ANIMATED = frozenset({"GIF", "WEBP"})


def encoded_again(file: UploadedFile) -> UploadedFile:
    """Return the picture anew under its name; ValidationError if it cannot be decoded whole."""
    file.seek(0)
    try:
        with Image.open(file) as picture:
            format_name = picture.format or ""
            content = _encode(picture, format_name)
    except (OSError, ValueError, SyntaxError, KeyError, Image.DecompressionBombError) as error:
        raise damaged() from error
    return SimpleUploadedFile(file.name or "", content, file.content_type or "")


def damaged() -> ValidationError:
    return ValidationError(_("This picture is damaged. Please save it again and send it anew."))


def _encode(picture: Image.Image, format_name: str) -> bytes:
    options = dict(OPTIONS[format_name])
    if profile := picture.info.get("icc_profile"):
        options["icc_profile"] = profile
    frames = getattr(picture, "n_frames", 1)
    if frames > 1 and format_name in ANIMATED:
        kept = [frame.copy() for frame in ImageSequence.Iterator(picture)]
        options |= {"save_all": True, "append_images": kept[1:]}
        options["duration"] = picture.info.get("duration", 100)
        options["loop"] = picture.info.get("loop", 0)
        upright = kept[0]
    else:
        upright = ImageOps.exif_transpose(picture)  # it was decoded for this
        upright.load()
    for name in ("exif", "xmp", "comment", "photoshop"):
        upright.info.pop(name, None)
    written = io.BytesIO()
    upright.save(written, format_name, **options)
    return written.getvalue()
