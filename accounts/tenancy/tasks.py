"""The base of every task that works in a workspace."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from celery import Task
from django.db import connection

from accounts import tenancy

# Opens the workspace for one step. What is done in it is kept when the block ends.
Door = Callable[[], AbstractContextManager[None]]

# A task may take longer than a page: 60 s a statement instead of the role's 5 s.
STATEMENT_TIMEOUT_MS = 60_000


class WorkspaceTask(Task):  # type: ignore[type-arg]  # celery's Task is generic for typing only
    """Opens the workspace named by its argument `workspace`; refuses to run without one."""

    abstract = True
    typing = False  # Celery would look for `workspace` in the signature of run()

    def __call__(self, *args: Any, workspace: str | None = None, **kwargs: Any) -> Any:
        if workspace is None:
            raise tenancy.NoWorkspace(f"{self.name} was sent without a workspace")
        with tenancy.workspace(workspace, through="task"):
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
            return super().__call__(*args, **kwargs)

    def apply_async(
        self, args: Any = None, kwargs: Any = None, *rest: Any, **options: Any
    ) -> Any:
        if not (kwargs or {}).get("workspace"):
            raise tenancy.NoWorkspace(f"{self.name} is sent with workspace=")
        return super().apply_async(args, kwargs, *rest, **options)


class SteppedTask(WorkspaceTask):
    """Opens its workspace for each step by itself: a killed worker loses one step only.

    The task is given `door`, to be called for every step.
    """

    abstract = True
    through = "task"

    def __call__(self, *args: Any, workspace: str | None = None, **kwargs: Any) -> Any:
        if workspace is None:
            raise tenancy.NoWorkspace(f"{self.name} was sent without a workspace")
        door = partial(_one_step, workspace, self.through)
        return Task.__call__(self, *args, door=door, **kwargs)


@contextmanager
def _one_step(workspace: str, through: str) -> Iterator[None]:
    with tenancy.workspace(workspace, through=through), connection.cursor() as cursor:
        # The role's own limits are for pages; a step may be one long transaction.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield
