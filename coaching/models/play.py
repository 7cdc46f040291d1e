"""The library of advice: by situation, in three languages, a workspace's own to edit."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import WorkspaceModel
from stakeholders.models import Anchor


class Play(WorkspaceModel):
    """What to say when a person is at a phase, or when a condition holds a deal down."""

    code = models.CharField(max_length=60)
    situation = models.CharField(max_length=40)
    anchor = models.CharField(max_length=15, choices=Anchor.choices, blank=True)
    # {observation, doubt, question, do, do_not, missing …: {language: words with {names}}}
    texts = models.JSONField(default=dict)
    is_default = models.BooleanField(default=False)
    version = models.IntegerField(default=1)

    class Meta:
        verbose_name = _("play")
        constraints = [
            models.UniqueConstraint(
                name="play_code_once", fields=["workspace", "code"]
            ),
        ]

    def __str__(self) -> str:
        return self.code
