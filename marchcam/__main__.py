"""The way into the program: `marchcam`, or `python -m marchcam`."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command; Ctrl-C is no traceback, even while it is being loaded."""
    try:
        from marchcam.cli import main as command
    except KeyboardInterrupt:
        sys.exit(130)
    command()


if __name__ == "__main__":
    main()
