"""How gunicorn serves the product: `gunicorn --config python:buyreadiness.web`."""

import os
import socket
import struct
from typing import Any

from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

SILENCE_SECONDS = 15


class Worker(ThreadWorker):  # type: ignore[misc]
    """Takes a thread back from a sender who says nothing: gunicorn would wait for ever."""

    def enqueue_req(self, conn: Any) -> None:
        silence = struct.pack("ll", SILENCE_SECONDS, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, silence)
        super().enqueue_req(conn)


wsgi_app = "buyreadiness.wsgi"
worker_class = "buyreadiness.web.Worker"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
control_socket_disable = True
