"""Scenes at the water's edge: cranes, bridges, ships, warehouses."""

from home.demo.drawing import Canvas, mix


def crane(c: Canvas, x: float, base: float, size: float, color: str, *, up: bool = False) -> None:
    """A ship-to-shore gantry crane, `size` high without its mast, its boom to the left."""
    thick = size * 0.035
    for leg in (0, 0.34):
        c.rect(x + leg * size, base - size, thick, size, color)
    c.rect(x, base - size * 0.36, size * 0.37, thick, color)
    c.line([(x, base - size * 0.36), (x + size * 0.36, base - size)], color, thick * 0.6)
    c.rect(x - size * 0.02, base - size - thick, size * 0.85, thick * 1.6, color)
    c.rect(x + size * 0.42, base - size - thick * 4, size * 0.2, thick * 4, color)
    mast = (x + size * 0.07, base - size * 1.42)
    c.line([(x, base - size), mast, (x + size * 0.36, base - size)], color, thick * 0.8)
    c.line([mast, (x + size * 0.8, base - size)], color, thick * 0.35)
    if up:
        tip = (x - size * 0.38, base - size * 1.62)
        c.line([(x, base - size), tip], color, thick * 1.3)
        c.line([mast, tip], color, thick * 0.35)
        return
    c.rect(x - size * 0.85, base - size - thick, size * 0.9, thick * 1.3, color)
    for reach in (0.45, 0.82):
        c.line([mast, (x - size * reach, base - size)], color, thick * 0.35)
    trolley = x - size * 0.5
    c.rect(trolley, base - size, thick * 2.4, thick, color)
    for rope in (0.2, 2.0):
        c.line(
            [(trolley + thick * rope, base - size), (trolley + thick * rope, base - size * 0.66)],
            color,
            thick * 0.2,
        )
    c.rect(trolley - thick, base - size * 0.66, thick * 4.4, thick * 0.9, color)


def skyline(c: Canvas, base: float, color: str, *, low: float, high: float) -> None:
    """A row of roofs with two spires."""
    x = -20.0
    while x < c.width:
        width = c.random.uniform(34, 92)
        height = c.random.uniform(low, high)
        c.rect(x, base - height, width + 1, height, color)
        if c.random.random() < 0.6:
            c.poly(
                [
                    (x, base - height),
                    (x + width / 2, base - height - width * 0.4),
                    (x + width, base - height),
                ],
                color,
            )
        x += width
    for place, height in ((0.2, 2.5), (0.31, 1.9)):
        x = c.width * place
        c.rect(x - 14, base - high * height * 0.7, 28, high * height * 0.7, color)
        c.poly(
            [
                (x - 18, base - high * height * 0.7),
                (x, base - high * height * 1.35),
                (x + 18, base - high * height * 0.7),
            ],
            color,
        )


def cargo_ship(c: Canvas, x: float, water: float, length: float, hull: str, deck: str) -> None:
    """A container ship seen from the side, bow to the right."""
    height = length * 0.09
    colors = ["#b5533c", "#d99a4e", "#3f6f86", "#7b8b8f", "#8c3f3a", "#c9b48a"]
    box = length * 0.045
    for column in range(15):
        for row in range(c.random.randint(3, 5)):
            left = x + length * 0.16 + column * (box + 1.5)
            tone = mix(c.random.choice(colors), hull, 0.35)
            c.rect(left, water - height - (row + 1) * box * 0.42, box, box * 0.42 - 1.2, tone)
    c.rect(x + length * 0.05, water - height - length * 0.15, length * 0.075, length * 0.15, deck)
    for row in range(4):
        c.rect(
            x + length * 0.058,
            water - height - length * (0.14 - row * 0.03),
            length * 0.06,
            4,
            "#f4c779",
            0.9,
        )
    c.poly(
        [
            (x, water - height),
            (x + length, water - height * 1.25),
            (x + length * 0.955, water),
            (x + length * 0.02, water),
        ],
        hull,
    )
    c.rect(x + length * 0.015, water - height * 0.22, length * 0.945, height * 0.22, "#7a2f2b")


def harbour(c: Canvas) -> None:
    """The harbour at dusk."""
    c.gradient("#1d2b4a", "#4b4a72", "#a3607a", "#ee9a6c", "#f9cf92", bottom=622)
    c.glow(1130, 590, 520, "#ffe2a8", 0.9)
    c.disc(1130, 560, 58, "#fff0c8")
    c.clouds("#f6b48b", top=120, bottom=420, count=9, alpha=0.22)
    skyline(c, 620, "#8d5c74", low=30, high=75)
    c.haze("#f4b386", top=500, bottom=620, strength=0.5)
    crane(c, 690, 622, 175, "#6c4a6a")
    crane(c, 910, 622, 190, "#6c4a6a", up=True)
    crane(c, 330, 622, 290, "#3d3355")
    crane(c, 1420, 622, 330, "#33294a")
    cargo_ship(c, 600, 624, 640, "#2b2743", "#4d4763")
    c.reflect(622, "#3f3a5c", 0.42)
    c.haze("#1b2340", top=640, bottom=900, strength=0.7)
    c.ripples(630, "#ffd9a0", 130, 0.3)
    c.poly([(0, 842), (520, 858), (560, 900), (0, 900)], "#141a30")
    for x in (90, 300, 470):
        c.round_rect(x, 812, 20, 44, 6, "#141a30")
        c.round_rect(x - 7, 806, 34, 14, 6, "#141a30")


def containers(c: Canvas) -> None:
    """Stacked containers, one in the air."""
    c.gradient("#bcd3d6", "#dfe6dc", "#f4e7cd")
    c.glow(1250, 150, 460, "#fff6dc", 0.9)
    palette = ["#c4513a", "#e0a045", "#2f6b7c", "#20485e", "#8a9a91", "#a63d40", "#dbc9a0"]
    heights = [5, 4, 4, 6, 5, 2, 3, 5]
    width, height = 206, 104
    last = ""
    for column, count in enumerate(heights):
        for row in range(count):
            color = c.random.choice([tone for tone in palette if tone != last])
            last = color
            box(
                c, -30 + column * (width + 3), 846 - (row + 1) * (height + 3), width, height, color
            )
    c.rect(0, 844, 1600, 56, "#39454b")
    c.rect(0, 844, 1600, 6, "#566269")
    for x in range(30, 1600, 190):
        c.rect(x, 872, 100, 7, "#e8c35a")
    for x in (1060, 1210):
        c.line([(x, 0), (x, 236)], "#2b3438", 4)
    c.rect(1020, 232, 232, 20, "#e0a045")
    c.rect(1120, 214, 40, 20, "#2b3438")
    box(c, 1030, 256, width, height, "#2f6b7c")
    c.haze("#f4e7cd", top=700, bottom=0, strength=0.12)


def box(c: Canvas, x: float, y: float, width: float, height: float, color: str) -> None:
    """One container with its ribs."""
    c.rect(x, y, width, height, color)
    dark, light = mix(color, "#101820", 0.28), mix(color, "#ffffff", 0.16)
    for rib in range(11):
        left = x + 12 + rib * (width - 24) / 11
        c.rect(left, y + 12, 7, height - 24, dark, 0.55)
        c.rect(left + 7, y + 12, 3, height - 24, light, 0.7)
    for edge in (y, y + height - 9):
        c.rect(x, edge, width, 9, dark, 0.65)
    for edge in (x, x + width - 8):
        c.rect(edge, y, 8, height, dark, 0.5)
    c.rect(x + width * 0.62, y + height * 0.32, width * 0.24, 8, "#f6f0df", 0.75)
    c.rect(x + width * 0.62, y + height * 0.45, width * 0.15, 6, "#f6f0df", 0.6)


def bridge(c: Canvas) -> None:
    """A bascule bridge, open, in the morning mist."""
    c.gradient("#7fa7b5", "#b7cdcb", "#efe3c9", "#f7d9b0", bottom=627)
    c.glow(800, 560, 560, "#fff1cf", 0.85)
    skyline(c, 626, "#a9bbb6", low=36, high=88)
    c.haze("#f3dfbd", top=440, bottom=626, strength=0.75)
    steel, stone = "#2f5661", "#6f5b55"
    for side in (-1, 1):
        pivot = 800 + side * 330
        tip = (800 + side * 92, 236)
        deck = [(pivot, 548), tip]
        c.line(deck, steel, 22)
        c.line([(pivot + side * 64, 470), (tip[0] + side * 26, tip[1] - 8)], steel, 7)
        for step in range(1, 8):
            share = step / 8
            x = pivot + (tip[0] - pivot) * share
            y = 548 + (tip[1] - 548) * share
            upper = (
                pivot + side * 64 + (tip[0] + side * 26 - pivot - side * 64) * share,
                470 + (tip[1] - 8 - 470) * share,
            )
            c.line([(x, y), upper], steel, 4)
        c.rect(pivot - 62, 396, 124, 230, stone)
        c.rect(pivot - 74, 384, 148, 18, mix(stone, "#000000", 0.2))
        c.poly([(pivot - 74, 384), (pivot, 318), (pivot + 74, 384)], "#39474d")
        for row in (430, 500):
            for column in (-30, 8):
                c.round_rect(pivot + column, row, 22, 40, 10, "#f2cf8b")
        end = 0 if side < 0 else 1600
        left = min(pivot, end)
        c.rect(left, 540, abs(end - pivot), 26, steel)
        for x in range(int(left), int(left + abs(end - pivot)), 46):
            c.line([(x, 540), (x, 506)], steel, 3)
        c.rect(left, 504, abs(end - pivot), 4, steel)
        c.rect(pivot - side * -190 - 26, 566, 52, 70, mix(stone, "#39474d", 0.4))
    c.reflect(626, "#7f9b9c", 0.4)
    c.haze("#3f626c", top=650, bottom=900, strength=0.6)
    c.ripples(632, "#fff3d6", 120, 0.35)
    c.poly([(735, 700), (880, 700), (862, 728), (752, 728)], "#2b3d44")
    c.rect(772, 672, 60, 28, "#d9b36a")
    c.line([(800, 672), (800, 590)], "#2b3d44", 5)


def shipyard(c: Canvas) -> None:
    """A bow in the dry dock, with scaffolding and welding light."""
    c.gradient("#22384a", "#37596b", "#7d9794", "#d8c59b", bottom=791)
    c.glow(300, 640, 460, "#f7d89a", 0.5)
    beam = "#1c2d39"
    c.rect(120, 96, 1360, 46, beam)
    for x in (140, 1410):
        c.rect(x, 96, 50, 700, beam)
        for y in range(150, 780, 80):
            c.line([(x, y), (x + 50, y + 80)], mix(beam, "#7d9794", 0.4), 4)
    for x in range(200, 1400, 60):
        c.line([(x, 142), (x + 30, 96), (x + 60, 142)], mix(beam, "#7d9794", 0.4), 4)
    c.rect(760, 132, 80, 34, "#d99a3c")
    c.line([(800, 160), (800, 250)], beam, 4)
    hull, shade = "#b14a38", "#7d2f2b"
    upper, lower = "#2c5b6e", "#1f4454"
    c.poly([(800, 250), (420, 300), (470, 560), (560, 790), (800, 790)], upper)
    c.poly([(800, 250), (1180, 300), (1130, 560), (1040, 790), (800, 790)], lower)
    c.poly([(800, 540), (466, 560), (560, 790), (800, 790)], hull)
    c.poly([(800, 540), (1134, 560), (1040, 790), (800, 790)], shade)
    c.oval(800, 740, 60, 62, "#8f3a30")
    c.oval(788, 730, 44, 50, hull)
    for row, y in enumerate(range(330, 520, 60)):
        c.line([(432 + row * 10, y), (800, y - 18)], "#3d7085", 2)
        c.line([(1168 - row * 10, y), (800, y - 18)], "#2b5668", 2)
    c.poly([(640, 360), (700, 352), (704, 382), (648, 390)], "#e9e0c7")
    for x in (250, 330, 1250, 1330):
        c.line([(x, 300), (x, 800)], "#c7a46a", 5)
    for y in range(330, 800, 76):
        c.line([(236, y), (452, y)], "#c7a46a", 6)
        c.line([(1148, y), (1350, y)], "#c7a46a", 6)
    for x, y in ((300, 558), (1290, 482)):
        c.person(x, y, 66, "#12202a")
    c.glow(470, 530, 190, "#cfeaff", 0.95)
    c.disc(470, 530, 9, "#ffffff")
    for _ in range(60):
        x, y = 470 + c.random.gauss(0, 46), 534 + abs(c.random.gauss(0, 60))
        c.disc(x, y, c.random.uniform(1.2, 3), "#ffe9a8", 0.9)
    c.rect(0, 790, 1600, 110, "#18252f")
    for x in range(380, 1240, 120):
        c.rect(x, 776, 70, 40, "#4a4038")
    c.haze("#000000", top=800, bottom=900, strength=0.4)


def warehouses(c: Canvas) -> None:
    """Brick warehouses along a canal at night."""
    c.gradient("#101a33", "#25305a", "#50466f", bottom=660)
    for _ in range(70):
        c.disc(
            c.random.uniform(0, 1600), c.random.uniform(0, 300), c.random.uniform(0.6, 1.8), "#fff"
        )
    c.disc(1330, 130, 46, "#f7ecc9")
    c.glow(1330, 130, 260, "#f7ecc9", 0.4)
    x = -40.0
    bricks = ["#6d3434", "#7f4038", "#59303a", "#8a4b3c"]
    while x < 1600:
        width = c.random.choice([176, 208, 240])
        height = c.random.uniform(300, 400)
        warehouse(c, x, 660, width, height, c.random.choice(bricks))
        x += width + 4
    c.rect(0, 640, 1600, 22, "#2a2230")
    for place in range(70, 1600, 190):
        c.line([(place, 640), (place, 566)], "#15141f", 5)
        c.glow(place, 562, 90, "#ffd58a", 0.75)
        c.disc(place, 562, 8, "#fff3cf")
    c.reflect(662, "#161a34", 0.35)
    c.haze("#0b1026", top=680, bottom=900, strength=0.65)
    c.ripples(668, "#ffcf86", 150, 0.4)


def warehouse(c: Canvas, x: float, base: float, width: float, height: float, color: str) -> None:
    top = base - height
    c.rect(x, top, width, height, color)
    steps = 4
    for step in range(steps):
        inset = width * 0.5 / steps * step
        c.rect(x + inset, top - 24 * (step + 1), width - inset * 2, 25, color)
    c.rect(x, top, 8, height, mix(color, "#000000", 0.35))
    c.rect(x + width / 2 - 4, top - 120, 8, 24, "#231a22")
    for row in range(5):
        y = top + 20 + row * (height - 50) / 5
        c.rect(x + width / 2 - 17, y, 34, 44, mix(color, "#000000", 0.5))
        for column in (0.12, 0.3, 0.63, 0.81):
            lit = c.random.random() < 0.45
            tone = c.random.choice(["#ffcf7a", "#f6b45e", "#ffe1a4"]) if lit else "#1f2140"
            c.round_rect(x + width * column - 2, y, 24, 40, 11, tone)
    c.rect(x, base - height, width, 5, mix(color, "#ffffff", 0.18))


def old_ship(c: Canvas) -> None:
    """A two-masted sailing ship at the museum quay."""
    c.gradient("#86b3c2", "#bcd5cf", "#f1e6c8", bottom=665)
    c.glow(420, 520, 420, "#fff5d5", 0.8)
    c.clouds("#ffffff", top=70, bottom=330, count=10, alpha=0.4)
    skyline(c, 664, "#9db7b4", low=40, high=92)
    c.haze("#ece2c6", top=520, bottom=664, strength=0.5)
    wood, rope = "#4a2f2a", "#5a4238"
    for x, height in ((690, 500), (990, 540)):
        c.rect(x - 7, 620 - height, 14, height, wood)
        for y, reach in ((0.3, 110), (0.55, 150), (0.8, 180)):
            c.rect(x - reach, 620 - height * (1.05 - y), reach * 2, 7, wood)
        for side in (-1, 1):
            for reach in (60, 110, 160):
                c.line([(x, 630 - height), (x + side * reach, 590)], rope, 2)
    c.line([(690, 140), (990, 100), (1330, 540)], rope, 3)
    c.line([(690, 140), (390, 500)], rope, 3)
    c.poly([(1010, 150), (1300, 530), (1040, 520)], "#efe3c4", 0.96)
    c.poly([(1010, 150), (1120, 290), (1030, 520)], "#dccba2", 0.6)
    for x, top, reach in ((690, 282, 140), (990, 250, 150)):
        c.poly(
            [
                (x - reach, top),
                (x + reach, top),
                (x + reach * 1.12, top + 130),
                (x, top + 150),
                (x - reach * 1.12, top + 130),
            ],
            "#f5ead0",
            0.97,
        )
        c.poly(
            [
                (x, top),
                (x + reach, top),
                (x + reach * 1.12, top + 130),
                (x, top + 150),
            ],
            "#dfcda6",
            0.7,
        )
    c.poly([(440, 560), (470, 610), (560, 668), (1130, 668), (1210, 600), (1330, 538)], "#2b3f4a")
    c.poly([(446, 570), (460, 592), (1222, 592), (1300, 552)], "#d8a24b")
    c.line([(1200, 575), (1390, 510)], wood, 12)
    for x in range(560, 1160, 70):
        c.disc(x, 622, 8, "#f2dca6")
    c.reflect(664, "#7ba0a3", 0.4)
    c.haze("#2f5863", top=690, bottom=900, strength=0.6)
    c.ripples(672, "#ffffff", 140, 0.35)
