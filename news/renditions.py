"""The sizes and formats in which pictures are shown: the only place that names them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils import timezone
from wagtail.images.models import Filter
from wagtail.images.views.serve import generate_image_url

from news.models import NewsImage, NewsRendition


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to cut a picture; `ratio` is width by height, None leaves it whole."""

    widths: tuple[int, ...]
    ratio: tuple[int, int] | None = None

    def size(self, width: int) -> str:
        if self.ratio is None:
            return f"width-{width}"
        return f"fill-{width}x{round(width * self.ratio[1] / self.ratio[0])}"


SHAPES = {
    "full": Shape((640, 1280)),
    "card": Shape((360, 720, 1200), (3, 2)),
    "portrait": Shape((192,), (1, 1)),
}
# What search engines and networks fetch: one JPEG in each ratio that Google asks for.
SHARED = {
    "wide": Shape((1200,), (16, 9)),
    "classic": Shape((1200,), (4, 3)),
    "square": Shape((1200,), (1, 1)),
}
# Modern formats carry every width, best first; JPEG is the one file for everything else.
MODERN = {"avif": "format-avif|avifquality-55", "webp": "format-webp|webpquality-75"}
FALLBACK = "format-jpeg|jpegquality-80"


@dataclass(frozen=True, slots=True)
class Source:
    """One `source` element: a format and what it comes in."""

    mime_type: str
    srcset: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What the template needs to show a picture without layout shift."""

    url: str
    width: int
    height: int
    sources: tuple[Source, ...]


def may_be_shown(image: NewsImage | None, *, today: date | None = None) -> bool:
    """Whether there is a picture and the right to use it has not ended."""
    if image is None or not image.file:
        return False
    return image.usage_ends_on is None or image.usage_ends_on >= (today or timezone.localdate())


def specs(shape: Shape) -> list[str]:
    """Every rendition of a shape."""
    modern = [f"{shape.size(w)}|{form}" for form in MODERN.values() for w in shape.widths]
    return [*modern, fallback_spec(shape)]


def fallback_spec(shape: Shape) -> str:
    return f"{shape.size(shape.widths[-1])}|{FALLBACK}"


def picture(image: NewsImage, shape_name: str) -> Picture:
    """Describe a picture from the renditions that exist.

    Nothing is encoded here: a reader must not wait for AVIF, and reading a page writes
    nothing. A JPEG that is missing is made by the request for the picture itself, at a
    signed address; the task that warms renditions makes the rest.
    """
    shape = SHARED.get(shape_name) or SHAPES[shape_name]
    existing = {
        (rendition.filter_spec, rendition.focal_point_key): rendition
        for rendition in image.renditions.all()
    }

    def find(spec: str) -> NewsRendition | None:
        return existing.get((spec, _filter(spec).get_cache_key(image)))

    sources = []
    for name, form in MODERN.items() if shape_name in SHAPES else ():
        found = [find(f"{shape.size(width)}|{form}") for width in shape.widths]
        by_width = {rendition.width: rendition.url for rendition in found if rendition}
        if by_width:
            srcset = ", ".join(f"{url} {width}w" for width, url in sorted(by_width.items()))
            sources.append(Source(f"image/{name}", srcset))

    fallback = find(fallback_spec(shape))
    if fallback:
        return Picture(fallback.url, fallback.width, fallback.height, tuple(sources))
    width, height = expected_size(image, shape)
    url = generate_image_url(image, fallback_spec(shape))
    return Picture(url, width, height, tuple(sources))


def expected_size(image: NewsImage, shape: Shape) -> tuple[int, int]:
    """The size the largest rendition will have; a picture is never enlarged."""
    width = min(shape.widths[-1], image.width)
    if shape.ratio is None:
        return width, round(image.height * width / image.width)
    height = min(round(width * shape.ratio[1] / shape.ratio[0]), image.height)
    return min(width, round(height * shape.ratio[0] / shape.ratio[1])), height


def warm(image_ids: Iterable[int]) -> int:
    """Make every rendition of these pictures that is missing; return how many were made."""
    made = 0
    wanted = [spec for shape in SHAPES.values() for spec in specs(shape)]
    wanted += [fallback_spec(shape) for shape in SHARED.values()]
    for image in NewsImage.objects.filter(pk__in=list(image_ids)).prefetch_related("renditions"):
        known = {(r.filter_spec, r.focal_point_key) for r in image.renditions.all()}
        for spec in wanted:
            if (spec, _filter(spec).get_cache_key(image)) not in known:
                # One at a time: this one copes with another worker doing the same.
                image.create_rendition(_filter(spec))
                made += 1
    return made


@lru_cache(maxsize=64)
def _filter(spec: str) -> Filter:
    return Filter(spec=spec)
