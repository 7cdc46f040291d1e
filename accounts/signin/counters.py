"""Where the limits of sign-in are counted."""

from datetime import datetime
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import connections


class Counters(DatabaseCache):
    """The database cache, but nothing leaves it before its time.

    Django's own throws away a third of the keys when the table is full: whoever fills it
    with guesses at made-up accounts would set everybody's counters back to zero.
    """

    _table: str  # Django's own, which its types leave out

    def _cull(  # noqa: PLR0917 -- as Django's
        self, db: str, cursor: Any, now: datetime, num: int
    ) -> None:
        ops = connections[db].ops
        table, expires = ops.quote_name(self._table), ops.quote_name("expires")
        moment = ops.adapt_datetimefield_value(now)
        cursor.execute(f"DELETE FROM {table} WHERE {expires} < %s", [moment])  # noqa: S608 -- quoted names
