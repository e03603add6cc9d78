"""Tables as CSV and Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marchcam.errors import OutputError
from marchcam.export.records import Table

PART_ROWS = 50_000  # at a time, so that an hour's landmarks need not stand in memory as Python numbers
PARQUET_HINT = "Parquet needs pyarrow, which is not installed: pip install 'marchcam[parquet]', or use --format csv."


def csv_bytes(table: Table, decimals: Mapping[str, int] | None = None) -> bytes:
    """A table as CSV: UTF-8, comma, a header line, an empty cell for unknown.

    Parameters
    ----------
    table : dict of str to ndarray of shape (n,)
    decimals : mapping of str to int, optional
        By column, how many decimals are kept; a column that is not named keeps all.

    Returns
    -------
    bytes
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table)
    for start in range(0, max(map(len, table.values())), PART_ROWS):
        part = slice(start, start + PART_ROWS)
        columns = [_cells(values[part], (decimals or {}).get(name)) for name, values in table.items()]
        writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode("utf-8", "replace")


def _cells(values: NDArray[Any], decimals: int | None) -> list[Any]:
    if values.dtype == object:
        return [str(value).lower() if isinstance(value, bool) else value for value in values]
    if decimals is not None:
        values = np.round(values, decimals)
    return [value if value == value else "" for value in values.tolist()]


def parquet_bytes(table: Table) -> bytes:
    """A table as Parquet: the numbers to the last bit, null for unknown.

    Parameters
    ----------
    table : dict of str to ndarray of shape (n,)

    Returns
    -------
    bytes
        Floats are double; whole numbers int64; texts are strings.

    Raises
    ------
    OutputError
        When pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise OutputError(PARQUET_HINT) from None
    whole = {"index": pyarrow.int64(), "partial": pyarrow.bool_()}
    columns = {
        name: pyarrow.array(values, whole.get(name, pyarrow.string()))
        if values.dtype == object
        else pyarrow.array(values, pyarrow.float64(), from_pandas=True)  # NaN becomes null
        for name, values in table.items()
    }
    sink = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), sink)
    return sink.getvalue()
