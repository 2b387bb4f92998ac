"""The message catalogues as Django reads them: compiled from the .po files, without gettext."""

import os
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.reloader import translation_file_changed

from cms.message_sources import Message, read, source_files


def compile_changed() -> list[Path]:
    """Compile every catalogue that is newer than its compiled form; return what was written.

    What this process has loaded before is forgotten: it goes on in the new words.
    """
    written = []
    for directory in settings.LOCALE_PATHS:
        for source in sorted(Path(directory).glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime_ns == source.stat().st_mtime_ns:
                continue
            _compile(source, target)
            translation_file_changed(None, target)
            written.append(target)
    return written


def _compile(source: Path, target: Path) -> None:
    """Write the compiled catalogue in one step: another process may be reading or writing it."""
    stamp = source.stat().st_mtime_ns
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    polib.pofile(str(source)).save_as_mofile(str(draft))
    os.utime(draft, ns=(stamp, stamp))
    draft.replace(target)


def update(catalogue: polib.POFile, messages: dict[Message, list[str]], *, own: bool) -> None:
    """Bring a catalogue up to date: new messages come in, vanished ones go, translations stay.

    `messages` names the files of each message; `own` is the language of the messages
    themselves, which are then their own translation.
    """
    known = {(entry.msgid, entry.msgid_plural, entry.msgctxt or ""): entry for entry in catalogue}
    entries = []
    for message, files in messages.items():
        old = known.get((message.msgid, message.plural, message.context))
        entry = polib.POEntry(
            msgid=message.msgid,
            msgid_plural=message.plural,
            msgctxt=message.context or None,
            occurrences=[(name, "") for name in sorted(set(files))],
            flags=["python-format"] if "%" in message.msgid + message.plural else [],
        )
        if message.plural:
            texts = {0: message.msgid, 1: message.plural} if own else {0: "", 1: ""}
            entry.msgstr_plural = old.msgstr_plural if old and not own else texts
        else:
            entry.msgstr = message.msgid if own else (old.msgstr if old else "")
        entries.append(entry)
    catalogue.clear()
    catalogue.extend(entries)


def read_messages(root: Path) -> dict[Message, list[str]]:
    """Return every message of the source with the files that use it, in their order."""
    found: dict[Message, list[str]] = {}
    for path in source_files(root):
        for message in read(path).messages:
            found.setdefault(message, []).append(path.relative_to(root).as_posix())
    return found


def open_catalogue(path: Path, language: str) -> polib.POFile:
    """Return the catalogue, a new one if there is none yet."""
    catalogue = polib.pofile(str(path), wrapwidth=99) if path.exists() else polib.POFile()
    catalogue.wrapwidth = 99
    catalogue.header = ""
    catalogue.metadata_is_fuzzy = False
    catalogue.metadata = {
        "Project-Id-Version": "Redaktion",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    return catalogue
