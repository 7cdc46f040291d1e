"""How often the API may be called: counted in Redis, before the door opens a transaction.

Without Redis nobody is refused: losing it must not close the API.
"""

import time
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from uuid import UUID

import structlog
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = structlog.get_logger(__name__)

WINDOW_SECONDS = 60
BUDGET_SECONDS = 0.2
REST_SECONDS = 5.0
# Both at once; a window begins with its first call.
_COUNT = """
local told = {}
for place, key in ipairs(KEYS) do
  local calls = redis.call('INCR', key)
  if calls == 1 then redis.call('EXPIRE', key, ARGV[1]) end
  told[place] = {calls, redis.call('TTL', key)}
end
return told
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left to a caller, and how long to wait when nothing is."""

    headers: dict[str, str]
    retry_after: int | None = None


class Limiter:
    """Counts behind a breaker: a frozen Redis costs its budget once in a rest."""

    def __init__(self, redis: Redis) -> None:
        self._count = redis.register_script(_COUNT)
        self._silent_until = 0.0

    def count(
        self, *, workspace_id: UUID, principal_id: UUID, limits: dict[str, int]
    ) -> Allowance | None:
        """Count one call; None when it could not be counted."""
        if time.monotonic() < self._silent_until:
            return None
        # In braces what decides where a key lies: both lie together.
        keys = [f"limit:{{{workspace_id}}}:{principal_id}", f"limit:{{{workspace_id}}}"]
        try:
            told = cast(Any, self._count(keys=keys, args=[WINDOW_SECONDS]))
        except RedisError as error:
            self._silent_until = time.monotonic() + REST_SECONDS
            logger.warning("api calls are not counted", error=type(error).__name__)
            return None
        return _allowance(told, limits)


def _allowance(told: list[list[int]], limits: dict[str, int]) -> Allowance:
    left = [
        (limit - calls, name, max(wait, 1))
        for (calls, wait), (name, limit) in zip(told, limits.items(), strict=True)
    ]
    least, name, wait = min(left)
    policy = ", ".join(
        f'"{name}";q={limit};w={WINDOW_SECONDS}' for name, limit in limits.items()
    )
    headers = {
        "RateLimit-Policy": policy,
        "RateLimit": f'"{name}";r={max(least, 0)};t={wait}',
    }
    return Allowance(headers, retry_after=wait if least < 0 else None)


def count_call(*, workspace_id: UUID, principal_id: UUID) -> Allowance | None:
    """Count a call of the API; None when there is no limit, or nobody who counts."""
    limits = {
        "caller": settings.API_LIMIT_PER_CALLER,
        "workspace": settings.API_LIMIT_PER_WORKSPACE,
    }
    if not all(limits.values()):
        return None
    return limiter(settings.REDIS_URL).count(
        workspace_id=workspace_id, principal_id=principal_id, limits=limits
    )


@cache
def limiter(url: str) -> Limiter:
    redis = Redis.from_url(
        url,
        socket_timeout=BUDGET_SECONDS,
        socket_connect_timeout=BUDGET_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    return Limiter(redis)
