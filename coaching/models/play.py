"""The library of advice: by situation, in three languages, a workspace's own to edit."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import WorkspaceModel
from stakeholders.models import Anchor


class Situation(models.TextChoices):
    """What a play answers."""

    HEARD = "heard", _("heard, and most likely at")
    UNHEARD = "unheard", _("not heard yet, while most stand at")
    CLARIFY = "clarify", _("two readings of one person")
    STOP = "advise_to_stop", _("long undecided, and no ground to go on")
    GROUP = "group", _("a group far apart")
    CONSTRAINT = "constraint", _("what limits a deal")


class Play(WorkspaceModel):
    """What to say when a person is at a phase, or when a condition holds a deal down."""

    code = models.CharField(max_length=60)
    situation = models.CharField(max_length=40, choices=Situation.choices)
    anchor = models.CharField(max_length=15, choices=Anchor.choices, blank=True)
    # Said to people of this role in place of the play of the same code without one.
    role = models.CharField(max_length=40, blank=True)
    # {observation, doubt, next_step, do, do_not, missing …: {language: words with {names}}}
    texts = models.JSONField(default=dict)
    is_default = models.BooleanField(default=False)
    is_on = models.BooleanField(default=True)
    version = models.IntegerField(default=1)

    class Meta:
        verbose_name = _("play")
        constraints = [
            models.UniqueConstraint(
                name="play_once_for_a_role", fields=["workspace", "code", "role"]
            ),
        ]

    def __str__(self) -> str:
        return self.code
