"""Two who wrote at once, of whom PostgreSQL ended one."""

from psycopg2.errors import (  # type: ignore[import-untyped]
    DeadlockDetected,
    SerializationFailure,
)


def met_another(error: BaseException) -> bool:
    """Whether an error is nobody's fault: sent again, the same request may be done."""
    return isinstance(error.__cause__, DeadlockDetected | SerializationFailure)
