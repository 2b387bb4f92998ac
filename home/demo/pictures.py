"""The demo's pictures: what each shows, who is credited, and how it is drawn."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from home.demo.drawing import Canvas
from home.demo.scenes import culture, nature, port, town

SOURCE = "Redaktion-Demo"
LICENCE = "cc-by-4.0"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture; `description` is its alternative text."""

    name: str
    title: str
    description: str
    caption: str
    creator: str
    scene: Callable[..., None]
    options: dict[str, Any] = field(default_factory=dict)
    size: tuple[int, int] = (1600, 900)

    def draw(self) -> Image.Image:
        """Return the picture, the same pixels on every call."""
        canvas = Canvas(self.name, *self.size)
        self.scene(canvas, **self.options)
        return canvas.finish()

    def jpeg(self) -> bytes:
        buffer = io.BytesIO()
        self.draw().save(buffer, "JPEG", quality=88)
        return buffer.getvalue()


LENA, OLE, IDA = "Lena Marquardt", "Ole Brinkama", "Ida Sörensen"

PICTURES = [
    Picture(
        "hafen", "Hafen bei Sonnenuntergang",
        "Illustration: Containerbrücken und ein Frachtschiff vor der Silhouette der Stadt bei "
        "Sonnenuntergang.",
        "Abend am Elverkai: Der Hafen ist der größte Arbeitgeber der Stadt.", LENA, port.harbour,
    ),
    Picture(
        "container", "Containerstapel am Terminal",
        "Illustration: bunte, hoch gestapelte Container, einer hängt am Kran.",
        "Bis zu sechs Lagen hoch stehen die Boxen am Elverkai.", OLE, port.containers,
    ),
    Picture(
        "klappbruecke", "Klappbrücke am Holzhafen",
        "Illustration: eine geöffnete Klappbrücke mit zwei Türmen im Morgendunst, "
        "davor ein Kutter.",
        "Die Klappbrücke am Holzhafen verbindet die Altstadt mit der Hafeninsel.",
        IDA, port.bridge,
    ),
    Picture(
        "werft", "Schiffsrumpf im Dock",
        "Illustration: der Bug eines Schiffes im Trockendock, an einem Gerüst sprühen Funken.",
        "Im Trockendock der Werft Harms & Dohm.", OLE, port.shipyard,
    ),
    Picture(
        "speicher", "Speicher am Binnenkanal",
        "Illustration: Backsteinspeicher mit Treppengiebeln und erleuchteten Fenstern "
        "bei Nacht an "
        "einem Kanal.",
        "Die Speicher am Binnenkanal stehen seit gut 130 Jahren.", LENA, port.warehouses,
    ),
    Picture(
        "museumsschiff", "Zweimaster am Museumskai",
        "Illustration: ein zweimastiges Segelschiff mit gesetzten Segeln vor der Stadt.",
        "Der Zweimaster „Gesine“ am Museumskai.", IDA, port.old_ship,
    ),
    Picture(
        "markthalle", "Markthalle am Morgen",
        "Illustration: Marktstände mit gestreiften Markisen unter einem Dach aus Eisen und Glas.",
        "Seit 1911 überspannt das Glasdach die Elvermünder Markthalle.", IDA, town.market_hall,
    ),
    Picture(
        "strassenbahn", "Straßenbahn in der Giebelstraße",
        "Illustration: eine rot-weiße Straßenbahn vor einer Zeile bunter Giebelhäuser.",
        "Fünf Linien hat das Netz der Elvermünder Straßenbahn.", LENA, town.tram,
    ),
    Picture(
        "rathaus", "Rathaus zur blauen Stunde",
        "Illustration: ein Backsteinrathaus mit Stufengiebel und Uhr in der Dämmerung.",
        "Das Rathaus am Alten Markt.", LENA, town.town_hall,
    ),
    Picture(
        "schulhof", "Schulhof mit Bäumen",
        "Illustration: Kinder auf einem begrünten Schulhof, im Hintergrund ein Schulhaus aus "
        "Backstein.",
        "Schatten, Bänke, Beete: So soll der Schulhof der Zukunft aussehen.", IDA, town.schoolyard,
    ),
    Picture(
        "solardaecher", "Solardächer im Abendlicht",
        "Illustration: Reihen von Häusern mit Solarzellen auf den Dächern in der Abendsonne.",
        "Auf immer mehr Dächern der Stadt wird Strom erzeugt.", OLE, town.solar_roofs,
    ),
    Picture(
        "fahrradstrasse", "Radfahrer auf der Deichstraße",
        "Illustration: drei Menschen auf Fahrrädern fahren hintereinander auf einer "
        "Straße am Deich.",
        "Rad fahren am Deich: Die Strecke ist bei Pendlern beliebt.", IDA, town.cycle_road,
    ),
    Picture(
        "baeckerei", "Brotregal und Backofen",
        "Illustration: Brotlaibe in einem Holzregal neben einem glühenden Backofen.",
        "In der Backstube der Bäckerei Wübbena.", LENA, town.bakery,
    ),
    Picture(
        "raeucherei", "Fische im Räucherofen",
        "Illustration: Fische hängen in drei Reihen in goldenem Rauch.",
        "Sechs Stunden hängen die Fische im Rauch von Buche und Erle.", OLE, town.smokehouse,
    ),
    Picture(
        "windpark", "Windräder hinter dem Deich",
        "Illustration: Windräder hinter einem grünen Deich, auf dem Schafe weiden.",
        "Der Bürgerwindpark Grodersiel hat elf Anlagen.", IDA, nature.wind_park,
    ),
    Picture(
        "watt", "Watt bei Ebbe",
        "Illustration: Wattfläche mit zwei Prielen, Austernfischern und einem fernen Leuchtturm.",
        "Bei Ebbe fällt das Watt vor Elvermünde auf mehreren Kilometern trocken.", LENA,
        nature.mudflats,
    ),
    Picture(
        "sturmflut", "Sturmflut am Leuchtturm",
        "Illustration: hohe Wellen vor einem Leuchtturm, dessen Licht durch Regen und Wolken "
        "scheint.",
        "Die Sturmflutsaison dauert von Oktober bis April.", OLE, nature.storm,
    ),
    Picture(
        "seegras", "Seegraswiese unter Wasser",
        "Illustration: dichtes Seegras unter Wasser, dazwischen kleine Fische.",
        "Seegraswiesen sind Kinderstube für viele Fischarten.", IDA, nature.sea_grass,
    ),
    Picture(
        "glasaale", "Glasaale in der Strömung",
        "Illustration: viele durchsichtige junge Aale schwimmen durch dunkles Wasser.",
        "Glasaale sind so lang wie ein kleiner Finger und fast durchsichtig.", IDA, nature.eels,
    ),
    Picture(
        "labor", "Kolben im Labor",
        "Illustration: Glaskolben und Reagenzgläser mit grüner, türkiser und gelber Flüssigkeit.",
        "Im Labor der Küstenhochschule.", LENA, nature.laboratory,
    ),
    Picture(
        "pumpen", "Pumpen in der Werkhalle",
        "Illustration: drei große Pumpen, Rohre und Druckmesser in einer hellen Halle.",
        "Pumpen auf dem Prüfstand.", OLE, nature.pipes,
    ),
    Picture(
        "theater", "Bühne des Stadttheaters",
        "Illustration: eine einzelne Figur im Scheinwerferlicht auf einer Bühne mit "
        "rotem Vorhang.",
        "Das Stadttheater hat 540 Plätze.", LENA, culture.theatre,
    ),
    Picture(
        "bibliothek", "Lesesaal der Stadtbibliothek",
        "Illustration: hohe Bücherregale mit Leiter, an einem Tisch liest jemand im Lampenlicht.",
        "Der Lesesaal der Stadtbibliothek am Gänsemarkt.", IDA, culture.library,
    ),
]  # fmt: skip


def portrait(name: str, person: str, **look: Any) -> Picture:
    """Return an author's portrait."""
    return Picture(
        f"portraet-{name}", f"Porträt {person}", f"Gezeichnetes Porträt von {person}.", "", LENA,
        culture.portrait, look, (800, 800),
    )  # fmt: skip
