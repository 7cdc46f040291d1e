"""The steps of ours that a task may plan: the phase model above names them."""

from typing import Any

from stakeholders.models import Task
from stakeholders.signals import steps_asked


def plannable_steps() -> dict[str, str]:
    """What each is called, by its code; one query."""
    answers: Any = steps_asked.send(sender=Task)
    return {code: name for _above, named in answers for code, name in named.items()}
