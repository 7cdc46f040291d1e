"""The product as a web server serves it, with a look at the rows after every answer."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from django.core.wsgi import get_wsgi_application
from django.db import connection, connections
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler

from tests.api.fuzz.rows import last_writer, rows_of
from tests.strict import strict

BAD = 400


class Quiet(WSGIRequestHandler):
    """A line for each request would hide what a test says."""

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class Served:
    """One thread with one connection, as a worker of gunicorn has.

    `changed` names the answers of 400 and more, and the reads, that left other rows behind,
    `done` the calls of the API that were answered otherwise. Both are told since `begin`.
    """

    def __init__(self, workspaces: Iterable[UUID]) -> None:
        self.app = get_wsgi_application()
        self.workspaces = list(workspaces)
        self.calls: Counter[tuple[str, int]] = Counter()
        self.begin()
        self._server = BaseWSGIServer("127.0.0.1", 0, self._answer, Quiet)
        self._thread = ThreadPoolExecutor(1)

    def begin(self) -> None:
        self.changed: list[str] = []
        self.done: set[tuple[str, str]] = set()

    def __enter__(self) -> "Served":
        self._thread.submit(self._begin).result()
        self._thread.submit(self._server.serve_forever)
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.submit(connections.close_all).result()
        self._thread.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    def _begin(self) -> None:
        connection.execute_wrappers.append(strict)
        self._rows, self._writer = rows_of(self.workspaces), last_writer()

    def _answer(self, environ: Any, start_response: Callable[..., Any]) -> list[bytes]:
        told: list[int] = []

        def start(status: str, headers: Any, *more: Any) -> Any:
            told.append(int(status[:3]))
            return start_response(status, headers, *more)

        response = self.app(environ, start)
        body = b"".join(response)
        response.close()
        self._look(environ, told[-1])
        return [body]

    def _look(self, environ: Any, status: int) -> None:
        method = environ["REQUEST_METHOD"]
        self.calls[method, status] += 1
        path = environ["PATH_INFO"]
        if status < BAD and path.startswith(
            "/api/"
        ):  # `/api/v1/../..` is the home page
            self.done.add((method, path))
        writer = last_writer()
        if writer == self._writer:
            return  # not even a transaction that was undone
        rows = rows_of(self.workspaces)
        if rows != self._rows and (status >= BAD or method == "GET"):
            where = sorted({row[-3] for row in {*rows} ^ {*self._rows}})
            self.changed.append(f"{method} {path} {status}: {where}")
        self._rows, self._writer = rows, writer
