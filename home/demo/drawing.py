"""A canvas for flat, layered illustrations: drawn twice as large, then halved, then grained."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageChops, ImageColor, ImageDraw

Point = tuple[float, float]
SCALE = 2


def rgb(color: str) -> tuple[int, int, int]:
    return ImageColor.getrgb(color)[:3]


def mix(first: str, second: str, share: float) -> str:
    """Return the colour `share` of the way from `first` to `second`."""
    pairs = zip(rgb(first), rgb(second), strict=True)
    return "#{:02x}{:02x}{:02x}".format(*(round(a + (b - a) * share) for a, b in pairs))


class Canvas:
    """A picture in the making. Lengths are in pixels of the finished picture."""

    def __init__(self, name: str, width: int = 1600, height: int = 900) -> None:
        self.random = Random(name)  # noqa: S311  the same picture on every machine
        self.width, self.height = width, height
        self.image = Image.new("RGB", (width * SCALE, height * SCALE))
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    def gradient(self, *colors: str, top: float = 0, bottom: float | None = None) -> None:
        """Fill the band from `top` to `bottom` with `colors`, evenly spaced."""
        bottom = self.height if bottom is None else bottom
        strip = Image.new("RGB", (1, len(colors)))
        strip.putdata([rgb(color) for color in colors])
        size = (self.image.width, max(1, round((bottom - top) * SCALE)))
        # the outer half of the first and last pixel has no neighbour: cut it off
        box = (0, 0.5, 1, len(colors) - 0.5) if len(colors) > 1 else (0, 0, 1, 1)
        band = strip.resize((1, size[1]), Image.Resampling.BILINEAR, box=box).resize(size)
        self.image.paste(band, (0, round(top * SCALE)))

    def haze(self, color: str, *, top: float, bottom: float, strength: float = 1.0) -> None:
        """Lay `color` over the band: nothing at `top`, `strength` at `bottom` (or reversed)."""
        low, high = sorted((top, bottom))
        size = (self.image.width, max(1, round((high - low) * SCALE)))
        mask = Image.linear_gradient("L").resize(size)
        if top > bottom:
            mask = mask.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        mask = mask.point(lambda value: round(value * strength))
        self.image.paste(Image.new("RGB", size, color), (0, round(low * SCALE)), mask)

    def glow(self, x: float, y: float, radius: float, color: str, strength: float = 0.8) -> None:
        """Lay a soft light around a point."""
        size = round(radius * 2 * SCALE)
        mask = Image.radial_gradient("L").point(
            lambda value: round(max(0.0, 1 - value / 180) ** 2 * 255 * strength)
        )
        mask = mask.resize((size, size), Image.Resampling.BICUBIC)
        corner = (round((x - radius) * SCALE), round((y - radius) * SCALE))
        self.image.paste(Image.new("RGB", (size, size), color), corner, mask)

    def poly(self, points: Sequence[Point], color: str, alpha: float = 1.0) -> None:
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], self._ink(color, alpha))

    def rect(
        self, x: float, y: float, width: float, height: float, color: str, alpha: float = 1.0
    ) -> None:
        box = (x * SCALE, y * SCALE, (x + width) * SCALE - 1, (y + height) * SCALE - 1)
        if box[2] >= box[0] and box[3] >= box[1]:
            self.draw.rectangle(box, self._ink(color, alpha))

    def round_rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        radius: float,
        color: str,
        alpha: float = 1.0,
    ) -> None:
        box = (x * SCALE, y * SCALE, (x + width) * SCALE, (y + height) * SCALE)
        self.draw.rounded_rectangle(box, radius * SCALE, self._ink(color, alpha))

    def oval(
        self, x: float, y: float, rx: float, ry: float, color: str, alpha: float = 1.0
    ) -> None:
        box = ((x - rx) * SCALE, (y - ry) * SCALE, (x + rx) * SCALE, (y + ry) * SCALE)
        self.draw.ellipse(box, self._ink(color, alpha))

    def disc(self, x: float, y: float, radius: float, color: str, alpha: float = 1.0) -> None:
        self.oval(x, y, radius, radius, color, alpha)

    def line(
        self, points: Sequence[Point], color: str, width: float = 2, alpha: float = 1.0
    ) -> None:
        self.draw.line(
            [(x * SCALE, y * SCALE) for x, y in points],
            self._ink(color, alpha),
            max(1, round(width * SCALE)),
            joint="curve",
        )

    def arch(self, x: float, y: float, rx: float, ry: float, color: str, width: float = 4) -> None:
        """Draw the upper half of an ellipse."""
        steps = [math.pi * step / 60 for step in range(61)]
        self.line([(x - rx * math.cos(a), y - ry * math.sin(a)) for a in steps], color, width)

    def wave(
        self,
        y: float,
        color: str,
        *,
        height: float,
        length: float,
        shift: float = 0,
        alpha: float = 1.0,
    ) -> None:
        """Fill everything below a soft wave line."""
        top = [
            (
                x,
                y
                + height * math.sin((x + shift) / length)
                + height * 0.4 * math.sin((x - shift * 2) / length * 2.3),
            )
            for x in range(0, self.width + 9, 8)
        ]
        self.poly([*top, (self.width, self.height), (0, self.height)], color, alpha)

    def reflect(self, waterline: float, color: str, share: float = 0.45) -> None:
        """Mirror what stands above `waterline` into the water below it, broken by ripples."""
        edge = round(waterline * SCALE)
        depth = self.image.height - edge
        above = self.image.crop((0, max(0, edge - depth), self.image.width, edge))
        water = above.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        water = water.resize((self.image.width, depth))
        row = 0
        while row < depth:
            step = 4 + row // 40
            sway = round(self.random.uniform(-1, 1) * (2 + row / 30))
            strip = water.crop((0, row, self.image.width, min(depth, row + step)))
            water.paste(ImageChops.offset(strip, sway, 0), (0, row))
            row += step
        flat = Image.new("RGB", water.size, color)
        self.image.paste(Image.blend(water, flat, share), (0, edge))

    def ripples(self, waterline: float, color: str, count: int = 90, alpha: float = 0.25) -> None:
        """Scatter short level strokes that grow towards the viewer."""
        for _ in range(count):
            depth = self.random.random() ** 1.6
            y = waterline + 6 + depth * (self.height - waterline)
            length = (20 + 130 * depth) * self.random.uniform(0.4, 1.2)
            x = self.random.uniform(-60, self.width)
            self.rect(x, y, length, 1 + 2.5 * depth, color, alpha * self.random.uniform(0.4, 1))

    def clouds(self, color: str, *, top: float, bottom: float, count: int, alpha: float) -> None:
        """Lay long, flat bands of cloud."""
        for _ in range(count):
            x = self.random.uniform(-300, self.width)
            y = self.random.uniform(top, bottom)
            length = self.random.uniform(240, 760)
            height = self.random.uniform(8, 22)
            self.round_rect(x, y, length, height, height / 2, color, alpha)
            self.round_rect(
                x + length * 0.2, y - height * 0.9, length * 0.5, height, height / 2, color, alpha
            )

    def person(
        self, x: float, ground: float, height: float, color: str, alpha: float = 1.0
    ) -> None:
        """Stand a simple figure with a coat on the ground."""
        head = height * 0.085
        self.disc(x, ground - height + head, head, color, alpha)
        top, hem = ground - height * 0.82, ground - height * 0.3
        self.poly(
            [
                (x - height * 0.1, top),
                (x + height * 0.1, top),
                (x + height * 0.16, hem),
                (x - height * 0.16, hem),
            ],
            color,
            alpha,
        )
        for side in (-1, 1):
            self.rect(
                x + side * height * 0.06 - height * 0.035,
                hem,
                height * 0.07,
                ground - hem,
                color,
                alpha,
            )

    def finish(self, grain: float = 0.35) -> Image.Image:
        """Return the picture in its final size, with a fine grain."""
        image = self.image.reduce(SCALE)
        side = 256
        noise = Image.frombytes("L", (side, side), self.random.randbytes(side * side))
        noise = noise.point(lambda value: 128 + (value - 128) // 4)
        sheet = Image.new("L", image.size)
        for x in range(0, image.width, side):
            for y in range(0, image.height, side):
                sheet.paste(noise, (x, y))
        rough = ImageChops.soft_light(image, Image.merge("RGB", (sheet, sheet, sheet)))
        return Image.blend(image, rough, grain)

    @staticmethod
    def _ink(color: str, alpha: float) -> tuple[int, int, int, int]:
        return (*rgb(color), round(alpha * 255))
