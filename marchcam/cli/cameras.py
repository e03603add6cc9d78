"""marchcam cameras: which cameras there are."""

from __future__ import annotations

import click


@click.command()
def cameras() -> None:
    """List the cameras of this computer, a line each.

    \b
    Example:
        marchcam cameras

    The number is what --camera takes; size and rate are as measured just now.
    """
    from marchcam.address import EXAMPLE
    from marchcam.camera import list_cameras
    from marchcam.errors import SourceError

    found = list_cameras()
    if not found:
        raise SourceError(
            "No camera was found. Plug one in, close other programs that use it, or use a phone's camera by its "
            f"address, like --camera {EXAMPLE}"
        )
    for camera in found:
        click.echo(camera.line())
