"""The address of a camera stream: what of it may be shown, and why it does not work."""

from __future__ import annotations

import base64
import http.client
import re
import socket
import ssl
from urllib.parse import SplitResult, unquote, urlsplit

from marchcam.errors import SourceError

SCHEMES = ("http", "https", "rtsp")
TIMEOUT_S = 2.0
EXAMPLE = "http://192.168.1.20:8080/video"


def public_name(text: str) -> str:
    """An address without what is secret in it: user, password, query and fragment.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        "http://192.168.1.20:8080/video". Only the scheme where it is not clear what is a password, as with one that
        holds a slash.

    Examples
    --------
    >>> public_name("http://sam:secret@192.168.1.20:8080/video?token=7")
    'http://192.168.1.20:8080/video'
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        return text
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    path = re.split("[?#]", rest[len(authority) :], maxsplit=1)[0]
    host = authority.rpartition("@")[2]
    unclear = "@" in rest[len(authority) :] or not re.fullmatch(r"(\[[0-9a-fA-F:.%]+\]|[^:\[\]]+)(:\d*)?", host)
    return f"{scheme}://…" if unclear else f"{scheme}://{host}{path}"


def checked_url(text: str) -> str:
    """An address as it can be opened.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Raises
    ------
    SourceError
        When it is none of a camera; the text repeats no password.
    """
    scheme, _, rest = text.partition("://")
    if scheme.lower() not in SCHEMES:
        raise SourceError(
            f"{public_name(text)} is not a camera's address: it must begin with http://, https:// or rtsp://."
        )
    url = f"{scheme.lower()}://{rest}"
    try:
        parts = urlsplit(url)
        complete = bool(parts.hostname) and parts.port != 0  # .port raises ValueError for what is no number
    except ValueError:
        complete = False
    if not complete:
        raise SourceError(f"{public_name(text)} is not a complete address. Try one like {EXAMPLE}")
    return url


def why_no_stream(url: str) -> str:
    """Why no picture comes from an address: asks there once more, because FFmpeg does not tell.

    Parameters
    ----------
    url : str

    Returns
    -------
    str
        One sentence with what to try.
    """
    name, parts = public_name(url), urlsplit(url)
    again = "Start the camera app, and see that both are in the same network."
    try:
        status, kind = _ask(parts)
    except socket.gaierror:
        return f"There is no computer named {parts.hostname}. Check the address {name}."
    except ConnectionRefusedError:
        return f"Nothing answers at {name}. {again}"
    except TimeoutError:
        return f"{name} gives no answer within {TIMEOUT_S:g} s. {again}"
    except (OSError, http.client.HTTPException, ValueError):
        return f"The connection to {name} fails. {again}"
    if status in (401, 403):
        return f"{name} asks for a user and password: --camera {parts.scheme}://USER:PASSWORD@{parts.hostname}…"
    if status is not None and status >= 300:
        return f"{name} answers {status} {http.client.responses.get(status, '')}. Check what follows the host's name."
    if kind.startswith("text/"):
        return f"{name} is a page, not a video. Take the address of the video itself; many phone apps end it in /video."
    return f"{name} answers, but no picture comes. Restart the camera app, and check the address."


def _ask(parts: SplitResult) -> tuple[int | None, str]:
    """HTTP status and kind of content of an address; None and "" where it is RTSP and someone listens."""
    host = parts.hostname or ""
    if parts.scheme == "rtsp":
        socket.create_connection((host, parts.port or 554), TIMEOUT_S).close()
        return None, ""
    if parts.scheme == "https":
        # As FFmpeg does: a phone signs its own certificate.
        context = ssl._create_unverified_context()  # noqa: S323
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=TIMEOUT_S, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_S)
    headers = {}
    if parts.username is not None:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(user.encode()).decode('ascii')}"
    try:
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get_content_type()
    finally:
        connection.close()
