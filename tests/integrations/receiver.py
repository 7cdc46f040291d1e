"""Somebody else's server: it answers as it is told, and checks what it gets."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook

Told = dict[str, Any]


@dataclass
class Receiver:
    """What arrived, by message; `secret` is known once the endpoint is made."""

    url: str
    answer: Callable[[str, int], int]
    secret: str = ""
    headers: dict[str, str] = field(default_factory=dict)  # of the answer
    taken: dict[str, Told] = field(default_factory=dict)
    tries: "Counter[str]" = field(default_factory=Counter)
    seen: list[dict[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Check with the library as any receiver would, then answer."""
        id = headers["webhook-id"]
        with self.lock:
            self.tries[id] += 1
            self.seen.append(headers)
            try:
                told = Webhook(self.secret).verify(body, headers)
            except Exception as error:
                self.faults.append(f"{type(error).__name__} {error}")
                return 400
            status = self.answer(id, self.tries[id])
            if status == 200 and self.taken.setdefault(id, told) != told:
                self.faults.append(f"{id} said two things")
            return status


@contextmanager
def receiving(
    answer: Callable[[str, int], int] = lambda _id, _n: 200,
) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:  # the sender died in the middle of it
                self.close_connection = True
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = receiver.take(headers, body)
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    port = server.server_address[1]
    receiver = Receiver(f"http://127.0.0.1:{port}/hook", answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
