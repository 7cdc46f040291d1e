"""The steps of ours that a task may plan: the phase model above names them."""

from typing import Any

from django.utils.translation import gettext as _

from stakeholders.models import Task
from stakeholders.signals import steps_asked


def plannable_steps() -> dict[str, str]:
    """What each is called, by its code; one query."""
    answers: Any = steps_asked.send(sender=Task)
    return {code: name for _above, named in answers for code, name in named.items()}


def choosable_steps(task: Task) -> dict[str, str]:
    """And the one that the task plans, when no model knows it any more."""
    steps = plannable_steps()
    if task.action and task.action not in steps:
        steps[task.action] = _("%(name)s (no longer used)") % {"name": task.action}
    return steps
