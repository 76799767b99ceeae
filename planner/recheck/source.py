"""The scenario and the series of a results folder, read and assembled again from the copies inside it."""

from __future__ import annotations

import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from planner.assembly.assemble import assemble
from planner.library import LibraryError
from planner.reading.faults import ScenarioFaults
from planner.reading.read import read_scenario
from planner.results.folder import INPUTS, table_of
from planner.solving.written import Source

LARGEST_INPUTS_BYTES = 2**30  # of all files together, unpacked


class SourceError(Exception):
    """The folder holds no scenario that can be read again; the message says why."""


@contextmanager
def source_of(folder: Path, summary: Mapping[str, Any]) -> Iterator[Source]:
    """The source of a folder, while its files lie in a place of their own. Raises SourceError."""
    inputs = inputs_of(folder)
    name, given = str(table_of(summary, "scenario").get("file")), table_of(summary, "given")
    with tempfile.TemporaryDirectory(prefix="plan-") as place:
        home = Path(place).resolve()
        for path, data in inputs.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_bytes(data)
        try:
            if name not in inputs:
                raise SourceError(f"{INPUTS} holds no scenario named {name}")
            reading = read_scenario(home / name, _tables(given))
            source = Source(reading, assemble(reading), inputs, given)
        except ScenarioFaults as faults:
            raise SourceError(f"{INPUTS}: {str(faults).replace(f'{home}/', '')}") from None
        except LibraryError as error:
            raise SourceError(f"{INPUTS}: {error}") from None
        yield source


def inputs_of(folder: Path) -> dict[str, bytes]:
    """The files of `inputs.zip` by path, none of which leads out. Raises SourceError."""
    try:
        with zipfile.ZipFile(io.BytesIO((folder / INPUTS).read_bytes())) as archive:
            names = archive.namelist()
            if sum(one.file_size for one in archive.infolist()) > LARGEST_INPUTS_BYTES:
                raise SourceError(f"{INPUTS} is larger than any scenario")
            if bad := [name for name in names if not _is_inside(name)]:
                raise SourceError(f"{INPUTS} holds {bad[0]!r}: not a file of a scenario's folder")
            return {name: archive.read(name) for name in names}
    except FileNotFoundError:
        raise SourceError(f"{INPUTS} is missing: the scenario and its series cannot be read again") from None
    # RuntimeError: encrypted; NotImplementedError: packed in a way that Python cannot unpack
    except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise SourceError(f"{INPUTS} is not readable ({error})") from None


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and not name.endswith("/")


def _tables(given: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {name: keys for name, keys in given.items() if isinstance(keys, dict)}
