"""A phone's "IP webcam" for tests: MJPEG over HTTP on 127.0.0.1 that can stall, die, come back and send rubbish."""

import base64
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

BITS, BLOCK_PX = 32, 10
FPS = 30
USER = "Basic " + base64.b64encode(b"me:s3 cret").decode()


def stamped(size_wh=(320, 240), now_s=None):
    """A picture that carries the moment it was made, milliseconds, in black and white blocks along its top."""
    image = np.full((size_wh[1], size_wh[0], 3), 128, np.uint8)
    number = int((time.monotonic() if now_s is None else now_s) * 1000)
    for bit in range(BITS):
        image[:BLOCK_PX, bit * BLOCK_PX : (bit + 1) * BLOCK_PX] = 255 * (number >> bit & 1)
    return image


def stamp_s(image):
    """When a `stamped` picture was made, on the clock of `time.monotonic`."""
    middle = image[BLOCK_PX // 2, BLOCK_PX // 2 : BITS * BLOCK_PX : BLOCK_PX, 0] > 128
    return sum(int(bit) << i for i, bit in enumerate(middle)) / 1000


class Server:
    """Serves /video (endless MJPEG), /locked (with a password), /page, the files of a folder, and 404 for the rest."""

    def __init__(self, folder=None, size_wh=(320, 240), picture=None):
        self.folder, self.size_wh = folder, size_wh
        self.picture = picture or (lambda: stamped(self.size_wh))
        self.stalled = threading.Event()
        self.half = threading.Event()
        self.connections = 0
        self.port = 0

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/video"

    def start(self):
        """Listen; after `stop` on the same port again."""
        self._running = True
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self):
        """Close every connection and refuse new ones."""
        self._running = False
        self._server.shutdown()
        self._server.server_close()

    def _handler(server):
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def _send(self, content, kind):
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_GET(self):
                server.connections += 1
                try:
                    if self.path.split("?")[0] == "/video":
                        server._stream(self)
                    elif self.path == "/locked":
                        if self.headers.get("Authorization") == USER:
                            server._stream(self)
                        else:
                            self.send_response(401)
                            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                            self.end_headers()
                    elif self.path == "/page":
                        self._send(b"<html>Click here to start the camera</html>", "text/html")
                    elif server.folder is not None and os.path.isfile(server.folder / self.path[1:]):
                        self._send((server.folder / self.path[1:]).read_bytes(), "video/mp4")
                    else:
                        self.send_error(404)
                except OSError:  # the reader has gone
                    pass

        return Handler

    def _stream(self, handler):
        running = self._server
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        handler.end_headers()
        next_s = time.monotonic()
        while self._running and running is self._server:
            if not self.stalled.is_set():
                jpeg = cv2.imencode(".jpg", self.picture())[1].tobytes()
                head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg)
                handler.wfile.write(head + (jpeg[: len(jpeg) // 2] if self.half.is_set() else jpeg))
                if self.half.is_set():
                    return
                handler.wfile.write(b"\r\n")
            next_s += 1 / FPS
            time.sleep(max(0.0, next_s - time.monotonic()))
