"""Scenes of coast and science: wind, mudflats, storm, sea grass, eels, glassware, pipes."""

import math

from home.demo.drawing import Canvas, mix


def turbine(c: Canvas, x: float, base: float, height: float, color: str, turn: float) -> None:
    c.poly(
        [
            (x - height * 0.022, base),
            (x + height * 0.022, base),
            (x + height * 0.009, base - height),
            (x - height * 0.009, base - height),
        ],
        color,
    )
    hub = base - height
    for blade in range(3):
        a = turn + blade * math.tau / 3
        along, across = (math.cos(a), math.sin(a)), (-math.sin(a), math.cos(a))
        reach = height * 0.6
        c.poly(
            [
                (x + across[0] * height * 0.008, hub + across[1] * height * 0.008),
                (
                    x + along[0] * reach * 0.2 + across[0] * height * 0.034,
                    hub + along[1] * reach * 0.2 + across[1] * height * 0.034,
                ),
                (x + along[0] * reach, hub + along[1] * reach),
                (x - across[0] * height * 0.01, hub - across[1] * height * 0.01),
            ],
            color,
        )
    c.disc(x, hub, height * 0.026, mix(color, "#000000", 0.12))


def wind_park(c: Canvas) -> None:
    """Turbines behind the dike."""
    c.gradient("#3f8294", "#8dbdb8", "#f2e4b7", "#f7d79a", bottom=640)
    c.disc(380, 470, 74, "#fff5d6")
    c.glow(380, 470, 480, "#fff5d6", 0.85)
    c.clouds("#ffffff", top=80, bottom=330, count=11, alpha=0.32)
    c.poly([(0, 600), (500, 560), (1100, 590), (1600, 548), (1600, 900), (0, 900)], "#9fb98a")
    for x, base, height in (
        (150, 590, 180), (300, 580, 200), (520, 572, 190), (700, 580, 210), (930, 586, 200),
    ):  # fmt: skip
        turbine(c, x, base, height, "#c9dcd6", c.random.uniform(0, 2))
    c.haze("#f4dfae", top=450, bottom=600, strength=0.5)
    for x, base, height in ((1180, 640, 420), (760, 650, 340), (1470, 640, 520)):
        turbine(c, x, base, height, "#f6f4ea", c.random.uniform(0, 2))
    c.poly([(0, 690), (420, 620), (1000, 650), (1600, 600), (1600, 900), (0, 900)], "#6f9a5a")
    c.poly([(0, 760), (500, 690), (1100, 740), (1600, 680), (1600, 900), (0, 900)], "#57824b")
    c.poly([(0, 840), (700, 760), (1600, 820), (1600, 900), (0, 900)], "#436a40")
    for _ in range(17):
        x, y = c.random.uniform(80, 1500), c.random.uniform(700, 800)
        size = (y - 620) / 190
        c.oval(x, y + 17 * size, 30 * size, 5 * size, "#2c4a2d", 0.45)
        for leg in (-12, 10):
            c.rect(x + leg * size, y + 4, 4 * size, 15 * size, "#2d2b2b")
        c.oval(x, y, 26 * size, 17 * size, "#f5f0e2")
        c.oval(x + 24 * size, y - 6 * size, 10 * size, 8 * size, "#2d2b2b")


def mudflats(c: Canvas) -> None:
    """Mudflats with a tidal creek, an island lighthouse and birds."""
    c.gradient("#6f9fb4", "#b9cfcf", "#f3dcc0", "#f4c8a4", bottom=400)
    c.glow(1100, 390, 520, "#fff0d2", 0.85)
    c.disc(1100, 352, 46, "#fff6e0")
    c.clouds("#ffffff", top=60, bottom=300, count=10, alpha=0.3)
    c.poly([(120, 402), (260, 376), (420, 372), (560, 394), (600, 402)], "#6f7f7a")
    for band in range(5):
        c.rect(330 - band, 280 + band * 20, 20 + band * 2, 21, ["#b8443a", "#f4ead6"][band % 2])
    c.rect(326, 262, 28, 20, "#2f3d42")
    c.poly([(322, 262), (340, 244), (358, 262)], "#b8443a")
    c.glow(340, 272, 80, "#fff2c2", 0.7)
    c.gradient("#c8a98c", "#a58a74", "#6d5c52", top=400)
    for _ in range(230):
        depth = c.random.random() ** 1.4
        y = 410 + depth * 480
        width = 40 + 260 * depth
        x = c.random.uniform(-100, 1600)
        c.oval(x, y, width * c.random.uniform(0.4, 1), 1.5 + 4 * depth,
               c.random.choice(["#e9cdae", "#8a7263", "#d9b79b"]), 0.28)  # fmt: skip
    creek(c, 980, "#f0d3b4", "#7fa0aa", 1.0)
    creek(c, 520, "#e9cdb2", "#88a3a9", 0.45)
    for x, y, size in ((420, 660, 1.0), (520, 690, 1.2), (640, 640, 0.9), (250, 720, 1.3)):
        wader(c, x, y, size)
    for _ in range(9):
        x, y = c.random.uniform(560, 980), c.random.uniform(120, 260)
        span = c.random.uniform(12, 24)
        c.arch(x - span, y, span, span * 0.55, "#33434a", 3)
        c.arch(x + span, y, span, span * 0.55, "#33434a", 3)


def creek(c: Canvas, start: float, light: str, dark: str, size: float) -> None:
    """A creek that winds from the horizon to the viewer and shines."""
    left, right = [], []
    for step in range(81):
        depth = step / 80
        y = 404 + depth * 500
        x = start + math.sin(depth * 7.2) * (40 + 300 * depth) * size + depth * 120
        width = (4 + 190 * depth**1.5) * size
        left.append((x - width, y))
        right.append((x + width, y))
    c.poly(
        [(x - 8, y + 3) for x, y in left] + [(x + 8, y + 3) for x, y in right[::-1]],
        "#5d4c43",
        0.5,
    )
    c.poly(left + right[::-1], dark)
    inner = [(a + (b - a) * 0.22, y) for (a, y), (b, _) in zip(left, right, strict=True)]
    outer = [(a + (b - a) * 0.7, y) for (a, y), (b, _) in zip(left, right, strict=True)]
    c.poly(inner + outer[::-1], light, 0.75)


def wader(c: Canvas, x: float, ground: float, size: float) -> None:
    c.oval(x, ground + 3, 40 * size, 4 * size, "#4a3d36", 0.4)
    for leg in (-6, 8):
        c.line(
            [(x + leg * size, ground), (x + leg * size, ground - 44 * size)], "#c8603c", 4 * size
        )
    c.oval(x, ground - 58 * size, 36 * size, 20 * size, "#f4efe4")
    c.oval(x - 4 * size, ground - 66 * size, 34 * size, 15 * size, "#262a2e")
    c.disc(x + 34 * size, ground - 84 * size, 13 * size, "#262a2e")
    c.line(
        [(x + 42 * size, ground - 84 * size), (x + 82 * size, ground - 74 * size)],
        "#d8583a",
        5 * size,
    )


def storm(c: Canvas) -> None:
    """A storm surge against the dike, with the lighthouse beam."""
    c.gradient("#141d2b", "#2b3b4b", "#55686f", "#8d9a93", bottom=640)
    for _ in range(18):
        c.glow(c.random.uniform(0, 1600), c.random.uniform(0, 300), c.random.uniform(160, 340),
               c.random.choice(["#0e1622", "#3b4b59", "#1c2938"]), 0.6)  # fmt: skip
    c.poly([(1268, 214), (1268, 236), (-20, 120), (-20, -60)], "#fbeec2", 0.16)
    c.poly([(1268, 220), (1268, 232), (-20, 60), (-20, -10)], "#fbeec2", 0.22)
    c.poly(
        [(1060, 640), (1180, 540), (1400, 520), (1620, 600), (1620, 700), (1060, 700)], "#26323a"
    )
    for band in range(6):
        y = 256 + band * 48
        c.poly(
            [(1240 - band * 3, y), (1300 + band * 3, y), (1303 + band * 3, y + 49),
             (1237 - band * 3, y + 49)],
            ["#f0e4cd", "#a83f37"][band % 2],
        )  # fmt: skip
    c.rect(1228, 246, 84, 10, "#1b252c")
    c.rect(1246, 204, 48, 42, "#fbeec2")
    c.poly([(1238, 206), (1270, 176), (1302, 206)], "#a83f37")
    c.glow(1270, 225, 150, "#fff3c8", 0.95)
    tones = ["#53707a", "#41606c", "#31505d", "#24414e", "#18303c"]
    for row, tone in enumerate(tones):
        y = 560 + row * 64
        c.wave(
            y - 9, "#c9d8d4", height=20 + row * 7, length=96 + row * 26, shift=row * 170, alpha=0.6
        )
        c.wave(y, tone, height=20 + row * 7, length=96 + row * 26, shift=row * 170)
    for _ in range(260):
        x = c.random.uniform(0, 1600)
        c.disc(x, 590 + c.random.gauss(60, 60), c.random.uniform(1, 4), "#e9f1ec", 0.5)
    for _ in range(170):
        x, y = c.random.uniform(-50, 1600), c.random.uniform(-20, 880)
        c.line([(x, y), (x - 16, y + 44)], "#dfe8e6", 1.4, 0.22)


def sea_grass(c: Canvas) -> None:
    """Sea grass under water, with light and small fish."""
    c.gradient("#bfe3d4", "#4fa6a3", "#1f6d78", "#103f51")
    for number in range(9):
        x = 60 + number * 190 + c.random.uniform(-50, 50)
        c.poly([(x, -10), (x + 90, -10), (x - 60, 900), (x - 330, 900)], "#f2ffe9", 0.07)
    for row, (tone, base) in enumerate((("#2f8076", 760), ("#2c7050", 840), ("#1d5a3c", 940))):
        for _ in range(70):
            blade(c, c.random.uniform(-20, 1620), base, c.random.uniform(210, 430) + row * 40,
                  mix(tone, "#a8c66c", c.random.uniform(0, 0.45)), 9 + row * 4)  # fmt: skip
        if row < 2:
            for _ in range(9):
                swimmer(c, c.random.uniform(80, 1520), c.random.uniform(200, 560), 0.6 + row * 0.5,
                        ["#d7e9dd", "#f0c98a"][row])  # fmt: skip
        c.haze("#17566a", top=300, bottom=900, strength=0.35 - row * 0.1)
    c.wave(856, "#8a7a56", height=10, length=180)
    c.wave(876, "#6f6045", height=9, length=140, shift=90)
    for _ in range(50):
        x, y = c.random.uniform(0, 1600), c.random.uniform(40, 800)
        c.disc(x, y, c.random.uniform(1.5, 5), "#eafff5", 0.35)


def blade(c: Canvas, x: float, base: float, length: float, color: str, width: float) -> None:
    lean, bend = c.random.uniform(-0.1, 0.35), c.random.uniform(18, 44)
    left, right = [], []
    for step in range(25):
        share = step / 24
        middle = x + lean * length * share + bend * math.sin(share * 4.6 + x / 120)
        half = width / 2 * (1 - share**3)
        left.append((middle - half, base - length * share))
        right.append((middle + half, base - length * share))
    c.poly(left + right[::-1], color)


def swimmer(c: Canvas, x: float, y: float, size: float, color: str) -> None:
    c.oval(x, y, 34 * size, 11 * size, color, 0.85)
    c.poly(
        [(x - 28 * size, y), (x - 52 * size, y - 13 * size), (x - 52 * size, y + 13 * size)],
        color,
        0.85,
    )
    c.disc(x + 22 * size, y - 2 * size, 3 * size, "#12303a")


def eels(c: Canvas) -> None:
    """Glass eels against the current."""
    c.gradient("#0d2436", "#174a5d", "#2f7f86", "#8fc3ad")
    for row in range(14):
        y = 40 + row * 64
        points = [(x, y + 16 * math.sin(x / 190 + row)) for x in range(0, 1610, 10)]
        c.line(points, "#c9efe2", 2, 0.16)
    c.glow(1250, 180, 520, "#d9f5df", 0.5)
    for _ in range(34):
        x, y = c.random.uniform(-60, 1450), c.random.uniform(60, 850)
        size = c.random.uniform(0.6, 1.5)
        phase = c.random.uniform(0, 6)
        body = [
            (x + step * 8 * size, y + 17 * size * math.sin(step / 5.2 + phase) - step * 1.1 * size)
            for step in range(34)
        ]
        for part, (px, py) in enumerate(body):
            thick = size * 9 * math.sin(math.pi * (0.08 + 0.87 * part / 33)) ** 0.7
            c.disc(px, py, thick + 1.5 * size, "#e9fff2", 0.1)
            c.disc(px, py, thick, "#d3f2e2", 0.5)
        c.line(body[2:], "#ffb59a", 1.6 * size, 0.75)
        c.disc(*body[-2], 2.6 * size, "#0c1e2a")
    c.haze("#071724", top=600, bottom=900, strength=0.55)


def laboratory(c: Canvas) -> None:
    """Flasks and tubes on a bench."""
    c.gradient("#e9efe6", "#d3e0da", "#b5cbc8", bottom=700)
    for x, y, r, tone in (
        (320, 260, 240, "#f4c98f"), (1290, 300, 300, "#8fb8b2"), (820, 160, 170, "#f2e3bd"),
    ):  # fmt: skip
        c.disc(x, y, r, tone, 0.45)
    c.rect(0, 250, 1600, 10, "#8fa9a6")
    for x in range(90, 1600, 120):
        tone = c.random.choice(["#5f8f8b", "#c9874a", "#86a35f", "#a9bdb9"])
        c.round_rect(x, 160, 58, 90, 8, tone, 0.75)
        c.rect(x + 18, 138, 22, 24, "#4d6668", 0.75)
        c.rect(x + 8, 190, 42, 30, "#f7f4e8", 0.85)
    c.rect(0, 700, 1600, 200, "#38525a")
    c.rect(0, 700, 1600, 10, "#5a7a80")
    c.haze("#16262c", top=730, bottom=900, strength=0.6)
    cone(c, 330, 700, 300, "#4f9a5b", 0.56)
    cone(c, 690, 700, 390, "#2f8f86", 0.48)
    cone(c, 1290, 700, 320, "#d9a03c", 0.4)
    c.disc(1010, 582, 120, "#f5fbf8", 0.55)
    c.draw.chord(
        [(1010 - 112) * 2, (582 - 112) * 2, (1010 + 112) * 2, (582 + 112) * 2], -8, 188,
        (111, 163, 79, 225),
    )  # fmt: skip
    c.rect(984, 390, 52, 90, "#f5fbf8", 0.55)
    c.round_rect(974, 376, 72, 18, 8, "#f5fbf8", 0.9)
    c.oval(964, 540, 16, 44, "#ffffff", 0.6)
    for number in range(5):
        x = 1000 - 90 + number * 40
        c.disc(x, 560 + (number % 3) * 34, 6 + number % 3 * 3, "#e6f4cf", 0.6)
    c.rect(60, 560, 150, 14, "#a9744b")
    c.rect(60, 660, 150, 40, "#a9744b")
    for number, tone in enumerate(("#4f9a5b", "#d9a03c", "#2f8f86")):
        x = 74 + number * 44
        c.round_rect(x, 450, 32, 220, 16, "#f5fbf8", 0.65)
        c.round_rect(x + 3, 540 + number * 22, 26, 127 - number * 22, 13, tone, 0.9)
        c.rect(x - 4, 444, 40, 10, "#f5fbf8", 0.95)
    c.rect(60, 556, 150, 12, "#a9744b")


def cone(c: Canvas, x: float, base: float, height: float, color: str, level: float) -> None:
    """An Erlenmeyer flask filled up to `level`."""
    half, neck = height * 0.42, height * 0.1
    shoulder = base - height * 0.72
    c.oval(x, base + 10, half * 1.15, 16, "#16262c", 0.4)

    def width_at(share: float) -> float:
        return half + (neck - half) * share

    y = base - height * 0.72 * level
    w = width_at(level)
    c.poly([(x - half, base - 12), (x - half + 14, base), (x + half - 14, base), (x + half, base - 12),
            (x + neck, shoulder), (x + neck, base - height), (x - neck, base - height),
            (x - neck, shoulder)], "#f7fcfa", 0.5)  # fmt: skip
    c.poly([(x - half + 8, base - 14), (x - half + 20, base - 7), (x + half - 20, base - 7),
            (x + half - 8, base - 14), (x + w - 8, y), (x - w + 8, y)], color, 0.88)  # fmt: skip
    c.oval(x, y, w - 8, 9, mix(color, "#ffffff", 0.35))
    for _ in range(9):
        c.disc(x + c.random.uniform(-half, half) * 0.6, base - c.random.uniform(16, height * 0.3),
               c.random.uniform(3, 8), "#ffffff", 0.35)  # fmt: skip
    c.poly([(x - half + 26, base - 30), (x - half + 44, base - 30), (x - neck + 6, shoulder),
            (x - neck - 2, shoulder)], "#ffffff", 0.5)  # fmt: skip
    c.round_rect(x - neck - 10, base - height - 10, neck * 2 + 20, 16, 8, "#f7fcfa", 0.95)
    for mark in range(4):
        c.rect(x + half * 0.16, base - 60 - mark * 34, 26, 3, "#ffffff", 0.75)


def pipes(c: Canvas) -> None:
    """Pumps, pipes and gauges in a hall."""
    c.gradient("#dfe5dc", "#c3d2ce", "#93aeb0", bottom=740)
    for x in range(0, 1600, 200):
        c.rect(x + 30, 50, 140, 210, "#f5f1df")
        c.rect(x + 38, 58, 124, 194, "#bcd8dc")
        c.rect(x + 97, 58, 6, 194, "#f5f1df")
        c.rect(x + 38, 150, 124, 6, "#f5f1df")
    c.rect(0, 740, 1600, 160, "#59686c")
    c.haze("#263238", top=750, bottom=900, strength=0.65)
    for y, color, width in ((350, "#c8553d", 50), (450, "#2f6b7c", 40), (520, "#e0a045", 26)):
        c.rect(0, y, 1600, width, color)
        c.rect(0, y + width * 0.16, 1600, width * 0.18, mix(color, "#ffffff", 0.4))
        c.rect(0, y + width * 0.74, 1600, width * 0.26, mix(color, "#000000", 0.28))
        for x in range(110, 1600, 330):
            c.rect(x, y - 9, 24, width + 18, mix(color, "#20282c", 0.4))
    for x, tone in ((300, "#2f6b7c"), (820, "#c8553d"), (1330, "#2f6b7c")):
        c.rect(x - 24, 380, 48, 240, mix(tone, "#20282c", 0.15))
        c.rect(x - 14, 380, 10, 240, mix(tone, "#ffffff", 0.35))
        c.oval(x + 20, 760, 230, 22, "#141b1f", 0.5)
        c.rect(x - 150, 700, 380, 50, "#2b363b")
        c.round_rect(x + 60, 596, 170, 120, 30, tone)
        for rib in range(6):
            c.rect(x + 84 + rib * 22, 600, 8, 112, mix(tone, "#000000", 0.25))
        c.disc(x, 640, 108, mix(tone, "#000000", 0.2))
        c.disc(x, 640, 96, tone)
        c.disc(x, 640, 56, mix(tone, "#ffffff", 0.2))
        c.disc(x, 640, 24, "#2b363b")
        for bolt in range(8):
            a = bolt * math.tau / 8
            c.disc(x + 77 * math.cos(a), 640 + 77 * math.sin(a), 8, "#e9eee9")
    for x, turn in ((560, 3.9), (1080, 5.2), (1500, 4.5)):
        c.rect(x - 8, 300, 16, 60, "#2b363b")
        c.disc(x, 280, 52, "#2b363b")
        c.disc(x, 280, 44, "#f7f4e8")
        for mark in range(9):
            a = math.pi * (0.75 + mark * 1.5 / 8)
            c.disc(x + 35 * math.cos(a), 280 + 35 * math.sin(a), 3, "#2b363b")
        c.line([(x, 280), (x + 32 * math.cos(turn), 280 + 32 * math.sin(turn))], "#c8553d", 5)
        c.disc(x, 280, 6, "#2b363b")
