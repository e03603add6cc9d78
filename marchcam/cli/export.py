"""`marchcam export`: tracks and measures for other programs."""

from __future__ import annotations

from pathlib import Path

import click

FORMATS = ("csv", "parquet", "trc", "mot", "json")
TABLES = ("landmarks", "series", "repetitions")


@click.command()
@click.argument("track", type=click.Path(path_type=Path), metavar="TRACK_JOURNAL_OR_FOLDER")
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="csv",
    show_default=True,
    help="csv and parquet are tables, trc and mot are for OpenSim, json is the whole track: --format trc",
)
@click.option(
    "--what",
    type=click.Choice(TABLES),
    help="Which table; landmarks if not said; for csv and parquet alone: --what series",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The file to write: --out march.trc",
)
def export(track: Path, format_: str, what: str | None, out: Path) -> None:
    """Write the landmarks or the measures of a saved track for other programs: no video, no model.

    \b
    Example:
        marchcam export march-marchcam/ --format trc --out march.trc

    docs/outputs.md describes every column, unit and frame of reference.
    """
    from marchcam.cli.loading import load_track
    from marchcam.errors import OutputError
    from marchcam.export.write import TABLE_FORMATS, write_export

    if what and format_ not in TABLE_FORMATS:
        raise click.UsageError(f"--what chooses a table, for --format csv or parquet; {format_} has one content only.")
    path, loaded = load_track(track)
    if out.exists() and out.samefile(path):
        raise OutputError(f"The export would replace the track {path}. Choose another --out.")
    write_export(loaded, out, format_, what=what or TABLES[0])
