"""Scenes indoors, and the faces of authors."""

from home.demo.drawing import Canvas, mix


def theatre(c: Canvas) -> None:
    """A lone figure on the stage between red curtains."""
    c.gradient("#120d18", "#2a1a2c", "#472a38", bottom=700)
    c.poly([(740, -20), (860, -20), (1110, 760), (490, 760)], "#ffe7b0", 0.16)
    c.poly([(765, -20), (835, -20), (1010, 760), (590, 760)], "#ffe7b0", 0.2)
    c.rect(0, 690, 1600, 210, "#6b4330")
    for number in range(25):
        x = 800 + (number - 12) * 60
        c.line([(x, 690), (800 + (number - 12) * 150, 900)], "#3d251c", 2.5)
    c.haze("#1a0f14", top=740, bottom=900, strength=0.75)
    c.oval(800, 742, 300, 46, "#ffdf9a", 0.4)
    c.oval(800, 742, 220, 32, "#fff0c4", 0.45)
    c.oval(806, 744, 56, 8, "#2a1510", 0.6)
    c.person(800, 744, 330, "#1a1220")
    c.line([(770, 500), (700, 420)], "#1a1220", 22)
    c.line([(830, 500), (890, 560)], "#1a1220", 22)
    for side in (-1, 1):
        fold = 0
        x = 0.0
        while x < 470:
            width = c.random.uniform(26, 52)
            tone = mix("#8f1f2c", "#3c0d18", 0.15 + 0.7 * (fold % 2))
            left = x if side < 0 else 1600 - x - width
            sway = 40 + x * 0.16
            inner = left + (-sway if side < 0 else sway)
            c.poly(
                [(left, 0), (left + width + 1, 0), (inner + width + 1, 800), (inner, 800)], tone
            )
            c.poly(
                [
                    (left + width * 0.3, 0),
                    (left + width * 0.55, 0),
                    (inner + width * 0.55, 800),
                    (inner + width * 0.3, 800),
                ],
                "#d2485a",
                0.22,
            )
            fold += 1
            x += width
    for number in range(9):
        x = number * 200 - 100
        c.oval(x + 100, 40, 124, 130, mix("#8f1f2c", "#000000", 0.1 + 0.12 * (number % 2)))
        c.arch(x + 100, 80, 118, -88, "#d9a648", 8)
    c.rect(0, 0, 1600, 44, "#5d1420")
    c.rect(0, 44, 1600, 7, "#d9a648")
    for x in range(70, 1600, 132):
        c.oval(x, 900, 62, 60, "#0d0910")
        c.disc(x + 4, 838, 27, "#0d0910")


def library(c: Canvas) -> None:
    """Shelves full of books, a ladder and a reading lamp."""
    c.gradient("#2e2019", "#4b3324", "#5d3f2a")
    tones = [
        "#8f3f33",
        "#c98a45",
        "#2f5d62",
        "#455c43",
        "#d9bf8c",
        "#6b3a4d",
        "#3b4a66",
        "#a9683a",
    ]
    for row in range(5):
        floor = 178 + row * 172
        c.rect(0, floor - 158, 1600, 158, "#21160f")
        x = 10.0
        while x < 1600:
            if c.random.random() < 0.05:
                x += c.random.uniform(20, 60)
            width, height = c.random.uniform(17, 42), c.random.uniform(96, 146)
            tone = c.random.choice(tones)
            c.rect(x, floor - height, width, height, tone)
            c.rect(x, floor - height, width * 0.18, height, mix(tone, "#ffffff", 0.2))
            c.rect(x + width - 3, floor - height, 3, height, mix(tone, "#000000", 0.35))
            if c.random.random() < 0.6:
                for band in (0.16, 0.24, 0.8):
                    c.rect(x, floor - height * (1 - band), width, 4, "#ecd59a", 0.7)
            x += width + 1.5
        c.rect(0, floor, 1600, 18, "#8a5b36")
        c.rect(0, floor + 14, 1600, 5, "#3a2416")
    for x in (396, 806, 1216):
        c.rect(x, 0, 22, 900, "#74492b")
        c.rect(x, 0, 5, 900, "#a06c41")
    c.haze("#120b08", top=420, bottom=900, strength=0.55)
    for foot in (0, 120):
        c.line([(560 + foot, 20), (470 + foot, 900)], "#d3a05c", 13)
    for rung in range(13):
        y = 70 + rung * 66
        x = 560 - (y - 20) * 90 / 880
        c.line([(x, y), (x + 120, y)], "#d3a05c", 10)
    c.glow(1120, 560, 560, "#ffcf7d", 0.75)
    c.rect(880, 742, 560, 22, "#5b3520")
    for x in (910, 1390):
        c.rect(x, 764, 22, 140, "#4a2a19")
    c.rect(1264, 560, 10, 182, "#1d2b2a")
    c.round_rect(1220, 730, 100, 14, 7, "#1d2b2a")
    c.poly([(1186, 600), (1352, 600), (1318, 530), (1220, 530)], "#2f7a66")
    c.rect(1186, 598, 166, 7, "#ffe9b4")
    c.round_rect(1006, 560, 88, 160, 40, "#b5533c")
    c.disc(1050, 524, 36, "#e2b088")
    c.draw.pieslice(
        [(1050 - 40) * 2, (520 - 42) * 2, (1050 + 40) * 2, (520 + 42) * 2], 170, 380, "#3b2620"
    )
    c.line([(1022, 610), (1060, 700), (1120, 716)], "#a24632", 30)
    c.poly([(1080, 742), (1170, 716), (1170, 736), (1080, 756)], "#f8efd9")
    c.poly([(1260, 742), (1170, 716), (1170, 736), (1260, 756)], "#e9dcbd")
    for number, tone in enumerate(("#8f3f33", "#2f5d62", "#d9bf8c")):
        c.rect(900 + number * 6, 718 - number * 24, 110 - number * 10, 24, tone)


SKINS = {"light": "#f0c7a2", "tan": "#dca97c", "brown": "#a8714b", "dark": "#7a4e35"}


def portrait(
    c: Canvas, *, back: str, skin: str, hair: str, coat: str, style: str, glasses: bool
) -> None:
    """Head and shoulders of an author, as flat shapes."""
    tone = SKINS[skin]
    c.gradient(mix(back, "#ffffff", 0.35), back, mix(back, "#000000", 0.25))
    c.disc(400, 400, 330, mix(back, "#ffffff", 0.22), 0.6)
    if style in ("long", "bob"):
        low = 610 if style == "long" else 500
        c.round_rect(236, 190, 328, low - 190, 150, hair)
    if style == "bun":
        c.disc(400, 132, 68, hair)
    c.round_rect(150, 590, 500, 340, 170, coat)
    c.poly([(318, 590), (400, 700), (482, 590)], mix(coat, "#ffffff", 0.75))
    c.poly([(300, 596), (400, 760), (350, 800), (230, 640)], mix(coat, "#000000", 0.22))
    c.poly([(500, 596), (400, 760), (450, 800), (570, 640)], mix(coat, "#000000", 0.3))
    c.round_rect(344, 480, 112, 150, 50, mix(tone, "#5a2a1a", 0.22))
    for x in (268, 532):
        c.oval(x, 376, 24, 38, mix(tone, "#5a2a1a", 0.12))
    c.round_rect(276, 206, 248, 340, 122, tone)
    c.poly([(400, 206), (524, 300), (524, 440), (470, 530), (400, 546)], "#5a2a1a", 0.07)
    fringe(c, style, hair)
    for x in (346, 454):
        c.oval(x, 378, 11, 12, "#2a2220")
        c.arch(x, 350, 28, 12, mix(hair, "#2a2220", 0.4), 7)
    c.line([(400, 384), (392, 440), (410, 442)], mix(tone, "#5a2a1a", 0.4), 5)
    c.arch(400, 474, 42, -22, mix(tone, "#7a2a2a", 0.6), 7)
    if glasses:
        for x in (346, 454):
            box = [(x - 44) * 2, (378 - 36) * 2, (x + 44) * 2, (378 + 36) * 2]
            c.draw.rounded_rectangle(box, 50, outline=(38, 34, 36), width=12)
        c.rect(388, 372, 24, 6, "#262224")
    if style == "beard":
        c.draw.chord([278 * 2, 330 * 2, 522 * 2, 560 * 2], 10, 170, hair)
        c.arch(400, 486, 36, -12, mix(tone, "#7a2a2a", 0.6), 8)


def fringe(c: Canvas, style: str, hair: str) -> None:
    """The hair over the forehead."""
    if style == "bald":
        for x in (262, 508):
            c.round_rect(x, 300, 30, 90, 15, hair)
        return
    box = [262 * 2, 168 * 2, 538 * 2, 470 * 2]
    c.draw.chord(box, 196, 344, hair)
    if style in ("long", "bob"):
        c.poly([(268, 320), (300, 220), (470, 200), (350, 290), (292, 420)], hair)
        c.poly([(532, 330), (505, 230), (440, 210), (500, 300), (516, 420)], hair)
    elif style == "curly":
        for x, y, r in (
            (280, 300, 50), (276, 240, 54), (320, 196, 58), (390, 176, 60), (462, 190, 58),
            (516, 236, 54), (524, 300, 48),
        ):  # fmt: skip
            c.disc(x, y, r, hair)
    else:
        c.poly([(266, 330), (290, 232), (520, 226), (534, 330), (470, 268), (340, 282)], hair)
