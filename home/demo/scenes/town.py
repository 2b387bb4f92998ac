"""Scenes in the town: market hall, tram, town hall, school, roofs, road, bakery, smokehouse."""

import math

from home.demo.drawing import Canvas, mix


def market_hall(c: Canvas) -> None:
    """An iron and glass hall with stalls at dawn."""
    c.gradient("#20323c", "#47606a", "#d9b98a")
    center, floor = 800, 640
    for step in range(9):
        share = 1 - step / 9
        tone = mix("#f8e3b4", "#2c4650", share)
        c.oval(center, floor, 900 * share + 40, 640 * share + 40, tone)
        c.arch(center, floor, 900 * share + 40, 640 * share + 40, "#182830", 10 * share + 2)
    for angle in range(0, 181, 12):
        a = math.radians(angle)
        c.line(
            [
                (center - 60 * math.cos(a), floor - 60 * math.sin(a)),
                (center - 960 * math.cos(a), floor - 700 * math.sin(a)),
            ],
            "#182830",
            3,
            0.75,
        )
    c.glow(center, floor - 60, 420, "#fff3d2", 0.8)
    c.rect(0, floor, 1600, 260, "#7c6a58")
    c.haze("#3c3029", top=floor, bottom=900, strength=0.8)
    for x in (-640, -360, -160, 160, 360, 640):
        c.line([(center + x * 0.3, floor), (center + x * 2.2, 900)], "#57493d", 3)
    stripes = [("#b8463a", "#f3e6cb"), ("#2f6b66", "#f3e6cb"), ("#c9892f", "#f7ecd4")]
    for number, (x, y, size) in enumerate(
        ((330, 640, 0.62), (1010, 640, 0.62), (20, 800, 1.05), (1140, 800, 1.05))
    ):
        stall(c, x, y, size, *stripes[number % 3])
    for x, ground, height in ((770, 690, 120), (835, 700, 130), (640, 770, 190), (1020, 760, 180)):
        c.oval(x, ground, height * 0.2, height * 0.035, "#2a211c", 0.5)
        c.person(x, ground, height, "#231d1e")
    for x in (420, 1180):
        c.line([(x, 0), (x, 250)], "#101c22", 3)
        c.glow(x, 262, 120, "#ffe5a6", 0.9)
        c.poly([(x - 34, 262), (x + 34, 262), (x + 12, 236), (x - 12, 236)], "#101c22")


def stall(c: Canvas, x: float, base: float, size: float, first: str, second: str) -> None:
    width, height = 420 * size, 250 * size
    for post in (0.04, 0.93):
        c.rect(x + width * post, base - height, width * 0.025, height, "#2c221d")
    c.rect(x + width * 0.06, base - height * 0.92, width * 0.88, height * 0.5, "#2f2723", 0.75)
    c.glow(x + width / 2, base - height * 0.55, width * 0.45, "#ffd98f", 0.55)
    c.rect(x, base - height * 0.38, width, height * 0.4, "#5b4436")
    fruit = ["#c8452f", "#e09a32", "#7f9b45", "#d9c05a", "#7a3350", "#e36f3d"]
    for crate in range(5):
        left = x + width * (0.02 + crate * 0.195)
        color = fruit[crate % 6]
        for row in range(3):
            for piece in range(6):
                c.disc(
                    left + width * 0.018 + piece * width * 0.028,
                    base - height * 0.4 - row * height * 0.045,
                    width * 0.017,
                    mix(color, "#ffffff", 0.18 * row),
                )
        c.rect(left, base - height * 0.39, width * 0.18, height * 0.17, "#a37b4f")
        c.rect(left, base - height * 0.32, width * 0.18, height * 0.02, "#7b5937")
    bands = 10
    for band in range(bands):
        color = first if band % 2 == 0 else second
        left = x - width * 0.05 + band * width * 1.1 / bands
        right = left + width * 1.1 / bands
        middle = x + width / 2
        top_left = middle + (left - middle) * 0.86
        top_right = middle + (right - middle) * 0.86
        low = base - height * 0.86
        c.poly(
            [(top_left, base - height * 1.2), (top_right, base - height * 1.2), (right, low),
             (left, low)],
            color,
        )  # fmt: skip
        c.round_rect(left, low - 4, right - left, height * 0.1, (right - left) * 0.45, color)


def gabled_row(
    c: Canvas, base: float, tones: list[str], *, low: float, high: float, lit: float
) -> None:
    """A row of town houses with gables; `lit` is the share of bright windows."""
    x = -30.0
    while x < c.width:
        width, height = c.random.choice([130, 160, 190]), c.random.uniform(low, high)
        color, top = c.random.choice(tones), base - height
        c.rect(x, top, width, height, color)
        roof = mix(color, "#3a2a2c", 0.55)
        c.poly([(x - 4, top), (x + width / 2, top - width * 0.62), (x + width + 4, top)], roof)
        c.poly([(x + 8, top), (x + width / 2, top - width * 0.54), (x + width - 8, top)], color)
        c.disc(x + width / 2, top - width * 0.2, 11, mix(color, "#000000", 0.4))
        columns = 3 if width < 180 else 4
        gap = width / columns
        for row in range(int(height // 74)):
            for column in range(columns):
                left = x + gap * column + gap / 2 - 13
                y = top + 24 + row * 74
                bright = c.random.random() < lit
                c.rect(left - 3, y - 3, 32, 48, mix(color, "#ffffff", 0.4))
                c.rect(left, y, 26, 42, "#ffdf98" if bright else mix(color, "#1d2a3a", 0.75))
                c.rect(left + 12, y, 2, 42, mix(color, "#ffffff", 0.4))
        x += width + 3


def tram(c: Canvas) -> None:
    """A tram passing a row of gabled houses."""
    c.gradient("#9cc3cc", "#d7e4d7", "#f6ead0", bottom=700)
    gabled_row(
        c, 690, ["#d9a37c", "#c98a6c", "#e6c9a0", "#b9c3b0", "#a9b8bb"], low=250, high=370, lit=0.1
    )
    c.haze("#f6ead0", top=360, bottom=690, strength=0.45)
    c.rect(0, 688, 1600, 212, "#6b6f6e")
    c.rect(0, 688, 1600, 20, "#9a9a92")
    c.haze("#3a3f42", top=720, bottom=900, strength=0.7)
    for y in (786, 806):
        c.rect(0, y, 1600, 5, "#c9cdc9")
    for y in (236, 246):
        c.line([(0, y), (1600, y - 6)], "#33424a", 2.5)
    for x in (150, 1480):
        c.rect(x, 210, 10, 480, "#33424a")
        c.rect(x - 60, 230, 130, 5, "#33424a")
    red, cream = "#b63b34", "#f5ead2"
    c.oval(800, 806, 660, 16, "#22282b", 0.55)
    for left, width in ((180, 400), (596, 400), (1012, 400)):
        c.round_rect(left, 480, width, 306, 26, cream)
        c.rect(left, 660, width, 100, red)
        c.rect(left, 640, width, 8, red)
        c.round_rect(left + 10, 760, width - 20, 34, 8, "#2e3336")
        for window in range(3):
            x = left + 26 + window * 122
            c.round_rect(x, 520, 108, 104, 12, "#27424d")
            c.poly([(x + 10, 616), (x + 56, 526), (x + 84, 526), (x + 38, 616)], "#4f7280", 0.7)
            if (window + left) % 2:
                c.person(x + 34, 660, 118, "#152a33", 0.75)
        c.rect(left, 660, width, 100, red)
        c.rect(left + 144, 520, 4, 240, "#e7d9bb")
        for wheel in (70, 140, width - 140, width - 70):
            c.disc(left + wheel, 788, 20, "#23282b")
            c.disc(left + wheel, 788, 8, "#7f8689")
    for joint in (582, 998):
        c.rect(joint, 500, 12, 270, "#3b4347")
    c.round_rect(1390, 480, 74, 306, 34, cream)
    c.rect(1390, 660, 74, 100, red)
    c.poly([(1398, 520), (1444, 520), (1462, 630), (1398, 630)], "#27424d")
    c.disc(1450, 716, 12, "#ffeab0")
    c.glow(1450, 716, 70, "#ffeab0", 0.7)
    c.round_rect(1396, 490, 46, 22, 6, "#1d2a2f")
    c.rect(1408, 496, 22, 10, "#f0b64a")
    c.line([(740, 480), (800, 420), (760, 340), (760, 244)], "#33424a", 5)


def town_hall(c: Canvas) -> None:
    """The town hall with its stepped gable at the blue hour."""
    c.gradient("#1b2d4f", "#3d5278", "#8f8297", "#dca786", bottom=740)
    c.clouds("#c99a8e", top=120, bottom=420, count=7, alpha=0.16)
    gabled_row(c, 740, ["#43415c", "#4d4760", "#3c4460"], low=200, high=280, lit=0.4)
    brick, dark, sand = "#8d4a40", "#5d3036", "#d9bd93"
    c.rect(480, 330, 640, 410, brick)
    for step in range(7):
        inset = 42 * step
        c.rect(480 + inset, 330 - 44 * (step + 1), 640 - inset * 2, 45, brick)
        for side in (480 + inset, 1120 - inset - 24):
            c.rect(side, 330 - 44 * (step + 1) - 12, 24, 14, sand)
    c.rect(752, -20, 96, 80, dark)
    c.poly([(744, 30), (800, -120), (856, 30)], "#3c6a66")
    c.disc(800, 160, 48, sand)
    c.disc(800, 160, 41, "#f7ecd2")
    c.line([(800, 160), (800, 128)], dark, 6)
    c.line([(800, 160), (824, 174)], dark, 5)
    for row, y in enumerate((250, 350, 470)):
        count = (5, 9, 9)[row]
        for number in range(count):
            x = 800 + (number - (count - 1) / 2) * 66
            c.round_rect(x - 21, y, 42, 80, 20, sand)
            tone = "#ffd88c" if c.random.random() < 0.75 else "#2a2f4d"
            c.round_rect(x - 16, y + 5, 32, 72, 16, tone)
            c.rect(x - 2, y + 5, 4, 72, sand)
    for number in range(7):
        x = 800 + (number - 3) * 88
        c.round_rect(x - 34, 590, 68, 190, 34, sand)
        c.round_rect(x - 27, 598, 54, 190, 27, "#3a2530")
        c.glow(x, 690, 60, "#ffcf7d", 0.75)
    c.rect(460, 572, 680, 14, sand)
    c.rect(0, 738, 1600, 162, "#4b4a58")
    c.haze("#1c2036", top=745, bottom=900, strength=0.8)
    for row in range(6):
        y = 752 + row * row * 4.4 + row * 4
        for x in range(-40 + (row % 2) * 30, 1600, 90 + row * 14):
            c.rect(x, y, 56 + row * 10, 3, "#8b7f86", 0.25)
    for x in (330, 1270):
        c.rect(x - 4, 540, 8, 210, "#151a2a")
        c.glow(x, 530, 130, "#ffdd99", 0.85)
        c.disc(x, 532, 15, "#fff1cd")
    for x, ground, height in ((610, 800, 100), (640, 804, 96), (1010, 826, 118)):
        c.oval(x, ground, 24, 5, "#0f1222", 0.6)
        c.person(x, ground, height, "#141829")


def schoolyard(c: Canvas) -> None:
    """A schoolyard with a tree, a bench and children."""
    c.gradient("#a8d0d0", "#dcebd6", "#f8efcf", bottom=620)
    c.rect(120, 170, 1360, 450, "#d98e62")
    c.rect(120, 150, 1360, 24, "#8c4b3d")
    c.rect(660, 110, 280, 510, "#e3a578")
    c.poly([(640, 112), (800, 30), (960, 112)], "#8c4b3d")
    c.disc(800, 84, 22, "#f8efcf")
    for row in range(3):
        for column in range(11):
            x = 160 + column * 118
            if 620 < x < 930:
                continue
            c.rect(x, 210 + row * 130, 74, 88, "#f8efcf")
            c.rect(x + 5, 215 + row * 130, 64, 78, "#4c7280")
            c.poly(
                [(x + 10, 290 + row * 130), (x + 44, 216 + row * 130), (x + 60, 216 + row * 130),
                 (x + 26, 290 + row * 130)],
                "#7fa3ab", 0.6,
            )  # fmt: skip
    c.round_rect(752, 440, 96, 190, 46, "#6b3a36")
    c.poly([(0, 610), (1600, 596), (1600, 900), (0, 900)], "#cbb48d")
    c.poly([(0, 690), (420, 640), (900, 690), (1180, 900), (0, 900)], "#89a35c")
    c.poly([(1180, 640), (1600, 620), (1600, 760), (1330, 720)], "#89a35c")
    for x, y, scale in ((330, 740, 1.0), (1440, 690, 0.62)):
        c.oval(x, y, 230 * scale, 30 * scale, "#4f6638", 0.5)
        c.poly(
            [
                (x - 26 * scale, y),
                (x + 26 * scale, y),
                (x + 14 * scale, y - 300 * scale),
                (x - 14 * scale, y - 300 * scale),
            ],
            "#5d4034",
        )
        for _ in range(46):
            c.disc(
                x + c.random.gauss(0, 96) * scale,
                y - 400 * scale + c.random.gauss(0, 70) * scale,
                c.random.uniform(34, 64) * scale,
                c.random.choice(["#4f7a45", "#5e8a4c", "#6f9a55", "#426a40"]),
            )
    c.round_rect(190, 704, 290, 20, 9, "#a9744b")
    for x in (214, 446):
        c.rect(x, 722, 12, 36, "#6d4a33")
    for number, (x, y) in enumerate(
        ((960, 818), (1036, 800), (1112, 782), (1112, 826), (1190, 765), (1190, 810), (1266, 775))
    ):
        c.poly(
            [(x, y), (x + 66, y - 12), (x + 78, y + 22), (x + 12, y + 36)],
            ["#f6e9c9", "#e9c46a"][number % 2],
            0.85,
        )
    coats = ["#c8463b", "#2f6b7c", "#e0a040", "#7a4766", "#3f5f46"]
    for x, ground, height in (
        (610, 720, 120), (690, 742, 130), (1020, 770, 134), (1150, 760, 124), (860, 700, 110),
    ):  # fmt: skip
        c.oval(x, ground, 26, 6, "#54502f", 0.45)
        c.person(x, ground, height, c.random.choice(coats))
        c.disc(x, ground - height * 0.915, height * 0.085, "#e8b98f")
        c.arch(x, ground - height * 0.93, height * 0.08, height * 0.07, "#3a2a26", 8)
    c.disc(760, 790, 20, "#f4ead0")
    c.arch(760, 790, 14, 10, "#c8463b", 4)


def solar_roofs(c: Canvas) -> None:
    """Rows of roofs with solar panels in the evening sun."""
    c.gradient("#f3b36b", "#f7d497", "#f9e7c2", bottom=560)
    c.disc(1240, 190, 84, "#fff4d2")
    c.glow(1240, 190, 520, "#fff4d2", 0.85)
    c.poly([(0, 430), (500, 370), (1000, 410), (1600, 350), (1600, 560), (0, 560)], "#dba874")
    c.gradient("#c9865a", "#7d4636", top=540)
    for x in range(60, 1600, 210):
        c.rect(x, 330, 4, 110, "#c6925f")
    walls = ["#e9c79b", "#d99c74", "#c67f62", "#f0dcb8"]
    for row, (base, size) in enumerate(((560, 0.7), (720, 0.95), (960, 1.3))):
        x = -140.0 + row * 50
        while x < 1600:
            roof_house(c, x, base, 420 * size, 210 * size, c.random.choice(walls))
            x += 448 * size
        c.haze("#f7c98b", top=base - 160, bottom=base, strength=0.22 - row * 0.1)


def roof_house(c: Canvas, x: float, base: float, width: float, height: float, wall: str) -> None:
    ridge, eaves = base - height * 1.25, base - height * 0.5
    tiles = c.random.choice(["#9c4f3c", "#87433a", "#b0603f"])
    c.rect(x, eaves, width, height, wall)
    slant = width * 0.1
    c.poly(
        [(x - 12, eaves), (x + slant, ridge), (x + width - slant, ridge), (x + width + 12, eaves)],
        tiles,
    )
    for line in range(1, 6):
        y = ridge + (eaves - ridge) * line / 6
        shift = slant * (1 - line / 6)
        c.line([(x + shift - 6, y), (x + width - shift + 6, y)], mix(tiles, "#000000", 0.2), 1.5)
    columns, rows = 6, 2
    for row in range(rows):
        for column in range(columns):
            panel(c, x, ridge, eaves, width, slant, (column, columns), (row, rows))
    c.rect(x + width * 0.84, ridge - height * 0.2, width * 0.055, height * 0.3, "#7a3f36")
    for window in range(3):
        left = x + width * (0.12 + window * 0.29)
        c.rect(left, eaves + height * 0.14, width * 0.14, height * 0.26, "#f8efd8")
        c.rect(left + 4, eaves + height * 0.14 + 4, width * 0.14 - 8, height * 0.26 - 8, "#4a6570")


def panel(
    c: Canvas,
    x: float,
    ridge: float,
    eaves: float,
    width: float,
    slant: float,
    column: tuple[int, int],
    row: tuple[int, int],
) -> None:
    """One solar panel in its column and row of the roof's plane."""

    def on_roof(across: float, down: float) -> tuple[float, float]:
        inset = slant * (1 - down)
        return x + inset + (width - inset * 2) * across, ridge + (eaves - ridge) * down

    left, right = 0.1 + 0.68 * column[0] / column[1], 0.1 + 0.68 * (column[0] + 0.92) / column[1]
    top, low = 0.14 + 0.7 * row[0] / row[1], 0.14 + 0.7 * (row[0] + 0.9) / row[1]
    corners = [on_roof(left, top), on_roof(right, top), on_roof(right, low), on_roof(left, low)]
    c.poly(corners, "#1f3d5c")
    c.poly([corners[0], corners[1], corners[3]], "#4f7da0", 0.55)
    middle = (left + right) / 2
    c.line([on_roof(middle, top), on_roof(middle, low)], "#9bbbd0", 1, 0.7)
    c.line([*corners, corners[0]], "#c6d8e0", 1.2, 0.8)


def cycle_road(c: Canvas) -> None:
    """Cyclists with long shadows on a dike road."""
    c.gradient("#7db3bd", "#c6dccd", "#f6e6bd", bottom=420)
    c.glow(330, 380, 460, "#fff3cf", 0.9)
    c.disc(330, 330, 56, "#fff8e2")
    c.clouds("#ffffff", top=60, bottom=240, count=8, alpha=0.4)
    c.poly([(0, 420), (1600, 400), (1600, 470), (0, 480)], "#8fb0a3")
    c.poly([(0, 470), (700, 420), (1600, 440), (1600, 900), (0, 900)], "#7d9c56")
    c.poly([(0, 560), (560, 440), (640, 440), (380, 900), (0, 900)], "#6b8b4b")
    c.poly([(590, 436), (650, 436), (1500, 900), (420, 900)], "#54616a")
    c.poly([(590, 436), (598, 436), (470, 900), (420, 900)], "#e9e3cf")
    c.poly([(642, 436), (650, 436), (1500, 900), (1440, 900)], "#e9e3cf")
    for step in range(7):
        near = (step / 7) ** 1.8
        far = ((step + 0.5) / 7) ** 1.8
        y0, y1 = 440 + 470 * near, 440 + 470 * far
        x0, x1 = 620 + 330 * near, 620 + 330 * far
        c.poly(
            [(x0 - 2 - 14 * near, y0), (x0 + 2 + 14 * near, y0), (x1 + 2 + 14 * far, y1),
             (x1 - 2 - 14 * far, y1)],
            "#e9e3cf", 0.9,
        )  # fmt: skip
    for x, y, size, coat in (
        (660, 520, 0.34, "#7a4766"), (720, 600, 0.6, "#2f6b7c"), (1010, 760, 1.25, "#c8463b"),
    ):  # fmt: skip
        c.poly(
            [(x - 60 * size, y), (x + 60 * size, y), (x + 420 * size, y + 70 * size),
             (x + 300 * size, y + 74 * size)],
            "#1e2a2c", 0.3,
        )  # fmt: skip
        cyclist(c, x, y, size, coat)
    for x in range(1060, 1600, 90):
        c.round_rect(x, 420 - (x - 1060) * 0.03, 34, 22, 10, "#f4efe0")
        c.disc(x + 34, 424 - (x - 1060) * 0.03, 8, "#2e2b2a")


def cyclist(c: Canvas, x: float, ground: float, size: float, coat: str) -> None:
    dark = "#1c262b"
    radius = 62 * size
    back, front = x - 92 * size, x + 92 * size
    hub = ground - radius
    for wheel in (back, front):
        c.disc(wheel, hub, radius, dark)
        c.disc(wheel, hub, radius - 7 * size, "#66737a")
        for spoke in range(6):
            a = spoke * math.pi / 6
            dx, dy = math.cos(a) * (radius - 6 * size), math.sin(a) * (radius - 6 * size)
            c.line([(wheel - dx, hub - dy), (wheel + dx, hub + dy)], "#aab4b6", 1.6 * size)
    seat, bar, pedal = (x - 46 * size, hub - 88 * size), (x + 62 * size, hub - 92 * size), (x, hub)
    for line in ([(back, hub), seat, bar, (front, hub)], [seat, pedal, bar], [(back, hub), pedal]):
        c.line(line, "#e0a040", 9 * size)
    c.line(
        [bar, (x + 60 * size, hub - 128 * size), (x + 34 * size, hub - 134 * size)], dark, 8 * size
    )
    hip, shoulder = (x - 48 * size, hub - 108 * size), (x - 4 * size, hub - 214 * size)
    c.line(
        [hip, (x + 34 * size, hub - 60 * size), (x + 4 * size, hub + 26 * size)], dark, 26 * size
    )
    c.line([hip, shoulder], coat, 56 * size)
    c.disc(*shoulder, 28 * size, coat)
    c.disc(*hip, 28 * size, coat)
    c.line(
        [shoulder, (x + 36 * size, hub - 168 * size), (x + 40 * size, hub - 134 * size)],
        coat,
        20 * size,
    )
    head = (x + 20 * size, hub - 268 * size)
    c.disc(*head, 27 * size, "#e5b58c")
    c.arch(head[0], head[1] + 2 * size, 27 * size, 27 * size, "#f4efe0", 16 * size)


def bakery(c: Canvas) -> None:
    """Loaves on the shelves beside the oven."""
    c.gradient("#40261f", "#6d4030", "#8c5638")
    for x in range(0, 1600, 100):
        for y in range(0, 900, 50):
            shift = 50 if (y // 50) % 2 else 0
            c.round_rect(x - shift + 2, y + 2, 96, 46, 4, "#9c6644", 0.16)
    c.round_rect(1060, 210, 440, 470, 30, "#2d1c19")
    c.round_rect(1084, 234, 392, 250, 20, "#5d4a42")
    c.round_rect(1110, 258, 340, 202, 16, "#f2a23c")
    c.glow(1280, 380, 340, "#ffcf70", 0.95)
    c.round_rect(1110, 258, 340, 202, 16, "#ffc65c", 0.5)
    for x in (1150, 1250, 1350):
        loaf(c, x, 430, 84, 50, "#8f4a1e")
    c.rect(1100, 436, 360, 6, "#4a2c1d")
    c.round_rect(1110, 520, 340, 26, 12, "#c9a06a")
    for x in (1140, 1230, 1320, 1410):
        c.disc(x, 604, 20, "#6e564a")
        c.line([(x, 604), (x + 10, 590)], "#e9c88b", 4)
    for y in (250, 440, 630):
        c.rect(90, y, 860, 22, "#b98650")
        c.rect(90, y + 22, 860, 8, "#6b432b")
        x = 130.0
        while x < 880:
            width = c.random.uniform(88, 150)
            if x + width > 940:
                break
            tone = c.random.choice(["#c57f3a", "#b26a2d", "#d99a52", "#9c5625"])
            loaf(c, x + width / 2, y, width, c.random.uniform(66, 96), tone)
            x += width + 14
        c.rect(90, y, 860, 3, "#e0b67e")
    for x in (90, 930):
        c.rect(x, 130, 20, 600, "#8d6038")
    c.haze("#ffb65c", top=300, bottom=900, strength=0.2)
    c.rect(0, 730, 1600, 170, "#d8b98a")
    c.rect(0, 730, 1600, 12, "#f1d9ae")
    c.haze("#7b5334", top=760, bottom=900, strength=0.6)
    for _ in range(220):
        c.disc(
            c.random.gauss(620, 230),
            c.random.uniform(760, 880),
            c.random.uniform(1, 4),
            "#fff6e2",
            0.7,
        )
    for x in (380, 560, 740):
        c.oval(x, 828, 92, 40, "#f3dfb9")
        c.oval(x - 10, 816, 74, 28, "#fbeed2")
        c.line([(x - 40, 818), (x + 26, 808)], "#dcbf8d", 4)


def loaf(c: Canvas, x: float, base: float, width: float, height: float, color: str) -> None:
    c.oval(x, base - height * 0.42, width / 2, height * 0.5, color)
    c.oval(x - width * 0.06, base - height * 0.55, width * 0.38, height * 0.3,
           mix(color, "#ffe3ae", 0.35))  # fmt: skip
    c.rect(x - width / 2, base - 3, width, 3, mix(color, "#000000", 0.4))
    for cut in (-0.24, 0, 0.24):
        c.line(
            [
                (x + width * cut - width * 0.07, base - height * 0.34),
                (x + width * cut + width * 0.07, base - height * 0.74),
            ],
            "#f6dfae",
            4,
        )


def smokehouse(c: Canvas) -> None:
    """Fish hanging in golden smoke."""
    c.gradient("#1d1512", "#3a2418", "#7a4a22", "#c47a2c")
    c.glow(800, 900, 760, "#ffb84d", 0.8)
    for row, y in enumerate((110, 330, 550)):
        c.rect(0, y, 1600, 14, "#2a1a13")
        for x in range(70 + (row % 2) * 46, 1600, 96):
            sway = c.random.uniform(-4, 4)
            fish(c, x + sway, y + 14, 152 + row * 14, mix("#8c5a24", "#e8b04d", row * 0.35 + 0.15))
    for _ in range(26):
        x, y = c.random.uniform(0, 1600), c.random.uniform(200, 900)
        c.glow(x, y, c.random.uniform(90, 240), "#f7d9a4", 0.16)
    c.rect(0, 846, 1600, 54, "#160e0b")
    for _ in range(150):
        c.disc(c.random.uniform(0, 1600), 858 + c.random.gauss(0, 14), c.random.uniform(2, 7),
               c.random.choice(["#ff9d3c", "#ffd06b", "#c2481f"]), 0.8)  # fmt: skip


def fish(c: Canvas, x: float, top: float, length: float, color: str) -> None:
    """One fish, tail up."""
    c.line([(x, top - 10), (x, top + 16)], "#d9c29a", 2)
    c.poly([(x - 22, top + 6), (x + 22, top + 6), (x, top + 42)], color)
    c.oval(x, top + length * 0.58, 27, length * 0.42, color)
    c.oval(x - 8, top + length * 0.56, 10, length * 0.34, mix(color, "#fff0c2", 0.4))
    c.disc(x + 8, top + length * 0.87, 4.5, "#1a100c")
    c.poly(
        [
            (x + 22, top + length * 0.45),
            (x + 40, top + length * 0.54),
            (x + 24, top + length * 0.62),
        ],
        mix(color, "#000000", 0.25),
    )
    for gill in (0.76, 0.79):
        c.arch(x, top + length * gill, 18, -8, mix(color, "#000000", 0.35), 2)
