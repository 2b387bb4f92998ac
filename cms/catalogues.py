"""The message catalogues as Django reads them: compiled from the .po files, without gettext."""

import os
from pathlib import Path

import polib
from django.conf import settings


def compile_changed() -> list[Path]:
    """Compile every catalogue that is newer than its compiled form; return what was written."""
    written = []
    for directory in settings.LOCALE_PATHS:
        for source in sorted(Path(directory).glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime_ns == source.stat().st_mtime_ns:
                continue
            _compile(source, target)
            written.append(target)
    return written


def _compile(source: Path, target: Path) -> None:
    """Write the compiled catalogue in one step: another process may be reading or writing it."""
    stamp = source.stat().st_mtime_ns
    draft = target.with_name(f"{target.name}.{os.getpid()}")
    polib.pofile(str(source)).save_as_mofile(str(draft))
    os.utime(draft, ns=(stamp, stamp))
    draft.replace(target)
