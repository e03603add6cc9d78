"""One file of an export: which content in which format, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from marchcam.errors import OutputError
from marchcam.files import atomic_write
from marchcam.track import PoseTrack

TABLES = ("landmarks", "series", "repetitions")
TABLE_FORMATS = ("csv", "parquet")
FORMATS = (*TABLE_FORMATS, "trc", "mot", "json")


def export_bytes(track: PoseTrack, format_: str, *, what: str = "landmarks", name: str = "march") -> bytes:
    """A track, or what is measured in it, as the content of a file.

    Parameters
    ----------
    track : PoseTrack
    format_ : {"csv", "parquet", "trc", "mot", "json"}
        trc and json hold landmarks, mot the thigh elevations.
    what : {"landmarks", "series", "repetitions"}
        For csv and parquet: which table.
    name : str
        For trc and mot: the file's own name, which stands in their first line.

    Returns
    -------
    bytes

    Raises
    ------
    OutputError
        When the format needs a library that is not installed, or there is nothing to write.
    """
    if format_ in TABLE_FORMATS:
        from marchcam.export.records import LANDMARK_DECIMALS
        from marchcam.export.tables import csv_bytes, parquet_bytes

        table = _table(track, what)
        return (
            parquet_bytes(table)
            if format_ == "parquet"
            else csv_bytes(table, LANDMARK_DECIMALS if what == "landmarks" else None)
        )
    if format_ == "json":
        from marchcam.export.document import json_bytes

        return json_bytes(track)
    from marchcam.export import opensim

    if format_ == "trc":
        return opensim.trc_bytes(track, name)
    from marchcam.analysis.assessment import assess

    return opensim.mot_bytes(assess(track), name)


def write_export(track: PoseTrack, path: str | os.PathLike[str], format_: str, *, what: str = "landmarks") -> None:
    """Write an export that only its owner can read.

    Parameters
    ----------
    track : PoseTrack
    path : path-like
        The file; replaced as a whole or not at all.
    format_, what : str
        As for `export_bytes`.

    Raises
    ------
    OutputError
        When there is nothing to write, or the file cannot be written.
    """
    path = Path(path)
    content = export_bytes(track, format_, what=what, name=path.name)
    try:
        with atomic_write(path) as file:
            file.write(content)
    except OSError as error:
        raise OutputError(f"Cannot write {path}: {error.strerror or error}. Choose another --out.") from error


def _table(track: PoseTrack, what: str) -> dict[str, Any]:
    from marchcam.analysis.assessment import assess
    from marchcam.export import records

    if what == "landmarks":
        return records.landmark_table(track)
    return {"series": records.series_table, "repetitions": records.repetition_table}[what](assess(track))
