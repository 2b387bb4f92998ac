"""Moving pictures and documents from the directory of one machine into the site's bucket."""

from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage


class NotTheSame(RuntimeError):
    """A file of the same name and another size is there already; the message names it."""


def copy_missing(directory: Path) -> tuple[int, int]:
    """Copy what the storage lacks; return how many files were copied and how many were there.

    May be interrupted and run again, and while the site still runs on the directory.

    Raises:
        NotTheSame: nothing is written over.
    """
    copied = present = 0
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        name = path.relative_to(directory).as_posix()
        if default_storage.exists(name):
            if default_storage.size(name) != path.stat().st_size:
                raise NotTheSame(f"{name} is there with another content. Nothing was changed.")
            present += 1
            continue
        with path.open("rb") as file:
            default_storage.save(name, File(file))
        copied += 1
    return copied, present
