"""One video: tracked, assessed, written, summed up on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marchcam.cli.console import INTERRUPTED, progress_bar, say
from marchcam.cli.keep import Keeper

if TYPE_CHECKING:
    from marchcam.analysis.results import Assessment
    from marchcam.track import PoseTrack, Setup


def analyze_one(
    video: Path,
    out: Path,
    setup: Setup,
    options: dict[str, Any],
    *,
    keeper: Keeper,
    quiet: bool,
    as_json: bool,
    **shown: bool,
) -> int:
    """A video to its folder and the summary on the terminal; the exit code."""
    from marchcam.analysis.assessment import assess
    from marchcam.capture import VideoFile
    from marchcam.models import read_bundle
    from marchcam.pipeline import Interrupted, track_video
    from marchcam.report.folder import TRACK, prepare_folder

    # What cannot work is said before anything is made or waited for.
    with VideoFile(video, rotate=options.get("rotate"), start_s=options.get("start_s"), end_s=options.get("end_s")):
        read_bundle(options["model"])
    keeper.check()
    folder = prepare_folder(out, source=video)
    track: PoseTrack | None
    try:
        with progress_bar("Looking at the video", quiet) as progress:
            track = track_video(video, setup=setup, progress=progress, **options)
        code = 0
    except Interrupted as stopped:
        track, code = stopped.track, INTERRUPTED
        if track is None:
            click.echo("Stopped before anything was tracked; nothing is saved.", err=True)
            return code
    try:
        track.save(folder / TRACK)
    except OSError:
        show(assess(track), quiet=quiet, as_json=as_json)  # so that the work is at least read
        raise
    if code:
        shown["annotated"], keeper = False, Keeper(None, None)  # half a march is no session to compare
    finish(track, folder, track_path=folder / TRACK, keeper=keeper, quiet=quiet, as_json=as_json, **shown)
    if code:
        tracked_s = track.times_s[-1] - track.times_s[0]
        say(f"Stopped: the first {tracked_s:.1f} s were tracked; what they show is in {folder}.", err=True)
    return code


def finish(
    track: PoseTrack,
    folder: Path,
    *,
    track_path: Path,
    keeper: Keeper,
    annotated: bool,
    faces: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """From a track to the files and the summary."""
    from marchcam.analysis.assessment import assess
    from marchcam.report.folder import ANNOTATED, write_results

    assessment = assess(track)
    show(assessment, quiet=quiet, as_json=as_json)  # before the files: a full disk does not take it away
    write_results(assessment, track, folder, faces=faces)
    if annotated:
        from marchcam.report.annotated import write_annotated

        with progress_bar("Drawing the video", quiet) as progress:
            write_annotated(assessment, track, folder / ANNOTATED, faces=faces, progress=progress)
    kept = keeper.keep(assessment, folder, track_path)
    if not (as_json or quiet):
        say(f"{'Results':<10}{folder / 'report.png'} and, beside it, report.html and the numbers")
        if kept:
            say(kept)


def show(assessment: Assessment, *, quiet: bool, as_json: bool) -> None:
    """What was measured, on the terminal."""
    from marchcam.report.summary import summary_text
    from marchcam.report.tables import json_bytes

    if as_json:
        click.echo(json_bytes(assessment), nl=False)
    elif not quiet:
        say(summary_text(assessment))
