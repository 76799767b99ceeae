"""Folders that are replaced as a whole, but for what others put into them.

A folder is written beside its place and moved there, so an earlier one is never half-overwritten. What stood there and is not among
the files that the planner wrote is carried over: notes, subfolders, figures. A process that dies between two moves loses nothing: the
next writer goes on from what it finds.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePosixPath

Written = Callable[[Path], Collection[str]]  # paths inside a folder that the planner wrote, by its own record


class ForeignFile(OSError):
    """A file that the planner did not write stands where it would write one."""


def replace_folder(folder: Path, files: Mapping[str, bytes], written: Written) -> None:
    """Replace what the planner `written` into `folder` by these files; all else stays. Raises OSError and leaves nothing behind."""
    folder = folder.resolve()
    fresh, old = beside(folder, "new"), beside(folder, "old")
    recover(folder, written)
    taken = {place.as_posix() for name in files for place in _with_parents(name)}
    for path in foreign(folder, written) if folder.is_dir() else ():
        if path in taken or any(place.as_posix() in files for place in _with_parents(path)):
            raise ForeignFile(errno.EEXIST, "not of the planner, which would write there", str(folder / path))
    try:
        for name, data in files.items():
            place = fresh / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        recover(folder, written)
        raise
    recover(folder, written)


def recover(folder: Path, written: Written) -> None:
    """Put back the earlier folder if a writer died before the new one was in place; carry over what is not the planner's."""
    fresh, old = beside(folder, "new"), beside(folder, "old")
    if old.exists() and not folder.exists():
        old.rename(folder)
    if old.is_dir():
        for path in foreign(old, written):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if (old / path).is_dir() and not (old / path).is_symlink():
                target.mkdir(exist_ok=True)
            else:
                os.replace(old / path, target)
        shutil.rmtree(old, ignore_errors=True)
    shutil.rmtree(fresh, ignore_errors=True)


def foreign(folder: Path, written: Written) -> list[str]:
    """Paths inside a folder that the planner did not write: files, links and empty folders."""
    ours, found = set(written(folder)), []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        real_folder = path.is_dir() and not path.is_symlink()
        if name not in ours and not (real_folder and any(path.iterdir())):
            found.append(name)
    return found


def _with_parents(name: str) -> list[PurePosixPath]:
    """A path inside a folder and the folders that it lies in."""
    path = PurePosixPath(name)
    return [path, *path.parents[:-1]]


def beside(folder: Path, role: str) -> Path:
    """Where a folder stands while it is written, or until what others put into it is carried over."""
    return folder.parent / f".{folder.name}.{role}"
