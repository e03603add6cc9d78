"""The options that several commands share, and what they make of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from marchcam.track import Setup


def person_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What the person tells; the same for every command."""
    pain = click.IntRange(0, 10)
    options = (
        click.option(
            "--stature", type=click.FloatRange(80, 250), metavar="CM", help="Body height in shoes: --stature 175"
        ),
        click.option(
            "--lens-height",
            type=click.FloatRange(0, 300),
            metavar="CM",
            help="Camera lens above the floor: --lens-height 95",
        ),
        click.option(
            "--fov",
            type=click.FloatRange(20, 150),
            metavar="DEG",
            help="The camera's field of view along the long side of the picture: --fov 66",
        ),
        click.option(
            "--level-at",
            type=click.FloatRange(0, 86400),
            metavar="SECONDS",
            help="When in the video a thigh is held level, the knee as high as the hip joint: --level-at 4.5",
        ),
        click.option("--name", metavar="TEXT", help='Whose march it is, for the report: --name "Sam P."'),
        click.option(
            "--support",
            type=click.Choice(["none", "one_hand", "two_hands"]),
            help="Hands on a chair or wall: --support one_hand",
        ),
        click.option("--band/--no-band", default=None, help="An elastic band around the thighs was worn: --band"),
        click.option(
            "--pain-back-before", type=pain, metavar="0-10", help="Low-back pain before: --pain-back-before 2"
        ),
        click.option("--pain-back-after", type=pain, metavar="0-10", help="Low-back pain after: --pain-back-after 2"),
        click.option("--pain-hip-before", type=pain, metavar="0-10", help="Hip pain before: --pain-hip-before 0"),
        click.option("--pain-hip-after", type=pain, metavar="0-10", help="Hip pain after: --pain-hip-after 0"),
        click.option("--effort", type=pain, metavar="0-10", help="How hard it was: --effort 4"),
        click.option("--footwear", metavar="TEXT", help="What was worn on the feet: --footwear barefoot"),
        click.option(
            "--note",
            "notes",
            multiple=True,
            metavar="TEXT",
            help='What was seen, or anything else; may be repeated: --note "left foot turned out"',
        ),
        click.option("--new-pain/--no-new-pain", default=None, help="New pain came up and ended the test: --new-pain"),
    )
    for option in reversed(options):
        command = option(command)
    return command


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """How results are shown; the same for every command."""
    options = (
        click.option("--faces", is_flag=True, help="Leave faces in the pictures: --faces"),
        click.option("--quiet", is_flag=True, help="Print nothing but errors: --quiet"),
        click.option(
            "--json", "as_json", is_flag=True, help="Print assessment.json and nothing else: --json | jq .asymmetry"
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def jobs_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """How many stretches of a video are tracked at a time; the same for every command."""
    return click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Work on so many parts of the video at a time; all cores unless said. The result is the same: --jobs 1",
    )(command)


def setup_from(person: dict[str, Any], saved: Setup | None = None) -> Setup:
    """What was told on the command line over what was saved."""
    from marchcam.track import Setup

    told = {name: value for name, value in person.items() if value is not None and value != ()}
    for option in ("stature", "lens_height"):
        if option in told:
            told[f"{option}_m"] = told.pop(option) / 100
    if "fov" in told:
        told["horizontal_fov_deg"] = told.pop("fov")
    if "level_at" in told:
        told["level_thigh_s"] = told.pop("level_at")
    try:
        return dataclasses.replace(saved or Setup(), **told)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
