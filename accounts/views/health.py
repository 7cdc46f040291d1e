"""For whoever watches the process: is it alive, can it work?"""

from functools import cache

from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accounts.database.base import refuse_dangerous_role
from accounts.http.guards import public


@require_safe
@public
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches neither database nor Redis."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@public
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, its schema is ours, and row-level security holds our role.

    Redis is not asked: pages work without it.
    """
    trouble = _trouble()
    status = 503 if trouble else 200
    return JsonResponse({"ready": not trouble, "trouble": trouble}, status=status)


def _trouble() -> str:
    try:
        connection.ensure_connection()
        refuse_dangerous_role(connection)
        if not _is_migrated():
            return "The database has unapplied migrations."
    except ImproperlyConfigured as refusal:
        return str(refusal)
    except Error:
        return "The database does not answer."
    return ""


def _is_migrated() -> bool:
    """Asked of the database until it is true, and then not again in this process."""
    try:
        return _migrated()
    except _Unapplied:
        return False


class _Unapplied(Exception):
    """Raised, so that the cache keeps the good answer only."""


@cache
def _migrated() -> bool:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise _Unapplied
    return True
