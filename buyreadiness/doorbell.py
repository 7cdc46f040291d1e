"""Wakes a worker after a commit. No request ever waits for Redis longer than 200 ms."""

import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any

logger = logging.getLogger(__name__)

BUDGET_SECONDS = 0.2
REST_SECONDS = 5.0


class Doorbell:
    """Sends in a thread of its own, behind a breaker.

    The first ring to a frozen Redis waits for the budget, the next ones not at all,
    until a rest later one of them tries again. What is lost is found by the sweep.
    """

    def __init__(self, send: Callable[[], Any]) -> None:
        self._send = send
        self._lock = Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._pid: int | None = None
        self._ringing: Future[Any] | None = None
        self._silent_until = 0.0

    def ring(self) -> bool:
        """Ring; say whether it was heard in time. Never raises for a broker's sake."""
        ringing = self._start()
        if ringing is None:
            return False
        # Whatever the broker says, the request goes on.
        try:
            ringing.result(BUDGET_SECONDS)
        except Exception as error:
            self._rest(error)
            return False
        return True

    def _start(self) -> Future[Any] | None:
        with self._lock:
            if time.monotonic() < self._silent_until:
                return None
            if self._ringing is not None and not self._ringing.done():
                self._silent_until = time.monotonic() + REST_SECONDS
                return None
            # Threads do not survive gunicorn's and Celery's fork.
            if self._pool is None or self._pid != os.getpid():
                self._pool = ThreadPoolExecutor(1, "doorbell")
                self._pid = os.getpid()
            self._ringing = self._pool.submit(self._send)
            return self._ringing

    def _rest(self, error: Exception) -> None:
        self._silent_until = time.monotonic() + REST_SECONDS
        logger.warning(
            "The doorbell rests for %s s: %s", REST_SECONDS, type(error).__name__
        )
