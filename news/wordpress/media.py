"""The old media library: pictures and documents, from a folder or fetched on request."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote, urljoin

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image as PillowImage
from wagtail.documents.models import Document

from news.models import NewsImage
from news.wordpress import credits, richtext
from news.wordpress.bookkeeping import Book, digest
from news.wordpress.content import cut
from news.wordpress.credits import Credit
from news.wordpress.downloading import (
    LARGEST_FILE_BYTES,
    AllowsAddress,
    DownloadRefused,
    download,
    is_public,
)
from news.wordpress.inventory import Attachment, Inventory, parts_of
from news.wordpress.models import ImportedItem, Kind, Outcome
from news.wordpress.report import Report

SIZE_SUFFIX = re.compile(r"(?:-\d{1,5}x\d{1,5}|-scaled|-rotated|-e\d{10,14})(?=\.[A-Za-z]{2,5}$)")
FORMATS = {"GIF": "gif", "JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}
DRY_ID = 0


class FileRefused(Exception):
    """The file is not there or is not what it says."""


class Library:
    """Pictures and documents by their WordPress ids; imports what is asked for once."""

    def __init__(
        self,
        inventory: Inventory,
        book: Book,
        report: Report,
        *,
        folder: Path | None = None,
        download_from: str = "",
        allows: AllowsAddress = is_public,
    ) -> None:
        self._inventory = inventory
        self._book = book
        self._report = report
        self._folder = folder.resolve() if folder else None
        self._download_from = download_from.rstrip("/") + "/" if download_from else ""
        self._allows = allows
        # key -> (id of ours or none, is it a picture)
        self._known: dict[str, tuple[int | None, bool]] = {}

    def import_all(self) -> Iterator[None]:
        """Import every attachment of the export; yields after each, so that it can be watched."""
        for attachment in self._inventory.attachments():
            self.find(attachment)
            yield

    def attachment(self, key: str, url: str) -> Attachment | None:
        """Return what the export says about a file, by its id or by an address of any size."""
        if key and (found := self._inventory.attachment(key)):
            return found
        if not url:
            return None
        for address in dict.fromkeys((url, full_size(url))):
            if found := self._inventory.attachment_at(address):
                return found
        if "/wp-content/uploads/" in url or "/media/" in url:
            return Attachment(id=parts_of(full_size(url)).path, url=full_size(url))
        return None

    def picture(self, key: str, url: str) -> int | None:
        attachment = self.attachment(key, url)
        if attachment is None:
            return self._book.object_id(Kind.MEDIA, key) if key else None
        found, is_picture = self.find(attachment)
        return found if is_picture else None

    def document(self, url: str) -> int | None:
        attachment = self.attachment("", url)
        if attachment is None:
            return None
        found, is_picture = self.find(attachment)
        return None if is_picture else found

    def find(self, attachment: Attachment) -> tuple[int | None, bool]:
        """Return our id and whether it is a picture; imports the file if it is new."""
        if attachment.id not in self._known:
            self._known[attachment.id] = self._import(attachment)
        return self._known[attachment.id]

    def give_credit(self, picture_id: int, credit: Credit) -> bool:
        """Put a credit on a picture that has none; return whether it carries this one now."""
        if self._book.dry_run:
            return True
        picture = NewsImage.objects.filter(pk=picture_id).first()
        if picture is None:
            return False
        own = Credit(picture.creator, picture.source, picture.licence)
        if own:
            return own == credit
        # What we add is no editor's change: the mark moves along.
        entry = ImportedItem.objects.filter(kind=Kind.MEDIA, object_id=picture_id).first()
        is_untouched = bool(entry and entry.mark == _mark(picture))
        picture.creator, picture.source, picture.licence = (
            credit.creator,
            credit.source,
            credit.licence,
        )
        picture.save()
        if entry and is_untouched:
            ImportedItem.objects.filter(pk=entry.pk).update(mark=_mark(picture))
        return True

    def _import(self, attachment: Attachment) -> tuple[int | None, bool]:
        is_picture = extension(attachment.url) in settings.WAGTAILIMAGES_EXTENSIONS
        kind = Kind.MEDIA if is_picture else Kind.DOCUMENT
        entry = self._book.entry(kind, attachment.id)
        if entry:
            return self._known_before(attachment, entry, kind), is_picture
        try:
            with self._file(attachment.url) as (stream, name):
                if is_picture:
                    _check_picture(stream)
                elif extension(name) not in settings.WAGTAILDOCS_EXTENSIONS:
                    raise FileRefused(_("files of this kind are not taken"))
                pk = self._save(attachment, stream, name, kind)
        except (FileRefused, DownloadRefused) as error:
            self._tell(attachment, kind, Outcome.SKIPPED, None, str(error))
            return None, is_picture
        self._tell(attachment, kind, Outcome.IMPORTED, pk)
        return pk, is_picture

    def _known_before(self, attachment: Attachment, entry: ImportedItem, kind: Kind) -> int | None:
        model = NewsImage if kind == Kind.MEDIA else Document
        found = model.objects.filter(pk=entry.object_id).first()
        if found is None:
            self._tell(attachment, kind, Outcome.KEPT, None, _("deleted here"))
            return None
        facts = _facts(attachment)
        if kind == Kind.DOCUMENT or entry.digest == digest(facts):
            self._tell(attachment, kind, Outcome.UNCHANGED, found.pk)
        elif entry.mark != _mark(found):
            reason = _("changed here since the last import")
            self._tell(attachment, kind, Outcome.KEPT, found.pk, reason)
        else:
            if not self._book.dry_run:
                for name, value in facts.items():
                    setattr(found, name, value)
                found.save()
                self._book.note(
                    kind, attachment.id, found.pk, digest=digest(facts), mark=_mark(found)
                )
            self._tell(attachment, kind, Outcome.CHANGED, found.pk, _("the export has changed"))
        return int(found.pk)

    def _save(self, attachment: Attachment, stream: BinaryIO, name: str, kind: Kind) -> int:
        if self._book.dry_run:
            return DRY_ID
        facts = _facts(attachment)
        with transaction.atomic():
            if kind == Kind.MEDIA:
                thing = NewsImage(file=File(stream, name=name), **facts)
            else:
                thing = Document(title=facts["title"], file=File(stream, name=name))
            thing.save()
            mark = _mark(thing) if kind == Kind.MEDIA else ""
            self._book.note(kind, attachment.id, thing.pk, digest=digest(facts), mark=mark)
        return int(thing.pk)

    @contextmanager
    def _file(self, url: str) -> Iterator[tuple[BinaryIO, str]]:
        path = unquote(parts_of(url).path)
        name = PurePosixPath(path).name
        if self._folder and (found := _in_folder(self._folder, path)):
            if found.stat().st_size > LARGEST_FILE_BYTES:
                raise FileRefused(_("the file is too large"))
            with found.open("rb") as stream:
                yield stream, name
        elif self._download_from:
            with tempfile.TemporaryFile() as stream:
                declared = download(self._at(url), stream, allows=self._allows)
                if declared.startswith("text/html"):
                    raise FileRefused(_("the old site answers with a page, not a file"))
                stream.seek(0)
                yield stream, name
        else:
            raise FileRefused(_("the file is not there"))

    def _at(self, url: str) -> str:
        """Return where the operator says that the file can be fetched."""
        path = parts_of(url).path.lstrip("/")
        if self._download_from.rstrip("/").endswith("/wp-content/uploads"):
            path = path.partition("wp-content/uploads/")[2] or path
        return urljoin(self._download_from, path)

    def _tell(
        self,
        attachment: Attachment,
        kind: Kind,
        outcome: Outcome,
        pk: int | None,
        reason: str = "",
    ) -> None:
        self._report.add(
            kind,
            outcome,
            attachment.id,
            attachment.title or attachment.url,
            reason=reason,
            old_url=attachment.url,
            object_id=pk,
        )


def full_size(url: str) -> str:
    """Return the address of the picture that WordPress made a smaller one of."""
    return SIZE_SUFFIX.sub("", url.partition("?")[0])


def extension(url: str) -> str:
    return PurePosixPath(parts_of(url).path).suffix.lstrip(".").lower()


def _in_folder(folder: Path, path: str) -> Path | None:
    """Return the file in the folder, which may begin at any level of the old path."""
    parts = PurePosixPath(path).parts
    if ".." in parts:
        return None
    parts = tuple(part for part in parts if part != "/")
    for start in range(len(parts)):
        candidate = folder.joinpath(*parts[start:])
        if candidate.is_file() and candidate.resolve().is_relative_to(folder):
            return candidate
    return None


def _check_picture(stream: BinaryIO) -> None:
    """Raise `FileRefused` unless these bytes are a picture of a kind that we show."""
    try:
        with PillowImage.open(stream) as picture:
            if picture.format not in FORMATS:
                raise FileRefused(_("pictures of this kind are not taken"))
            if picture.width * picture.height > settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS:
                raise FileRefused(_("the picture has too many pixels"))
            picture.verify()
    except FileRefused:
        raise
    except Exception as error:
        raise FileRefused(_("the file is not a picture")) from error
    finally:
        stream.seek(0)


def _facts(attachment: Attachment) -> dict[str, str]:
    """Return the fields of our picture."""
    caption, credit = credits.split(richtext.text_of(attachment.caption))
    if attachment.credit:
        credit = credits.read(richtext.text_of(attachment.credit)) or credit
    name = PurePosixPath(unquote(parts_of(attachment.url).path)).name
    facts = {
        "title": (attachment.title or name)[:255],
        "description": " ".join(attachment.alternative_text.split())[:255],
        "caption": cut(caption, 300),
        "creator": credit.creator,
        "source": credit.source,
        "source_url": richtext.safe_address(attachment.credit_url)[:200],
        "licence": credit.licence,
    }
    own = dict(attachment.facts)
    return {name: own.get(name, value)[:300] for name, value in facts.items()}


def _mark(picture: NewsImage) -> str:
    names = ("title", "description", "caption", "creator", "source", "source_url", "licence")
    return digest([getattr(picture, name) for name in names])
