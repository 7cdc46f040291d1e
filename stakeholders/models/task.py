"""A next step somebody promised."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Membership, Sourced, WorkspaceModel, one_per_source
from opportunities.models import Opportunity
from stakeholders.models.stakeholder import Stakeholder


class Task(Sourced, WorkspaceModel):
    opportunity = WorkspaceForeignKey(Opportunity, models.CASCADE, related_name="tasks")
    title = models.CharField(_("what"), max_length=200)
    stakeholder = WorkspaceForeignKey(
        Stakeholder, models.RESTRICT, null=True, blank=True, related_name="tasks"
    )
    owner = WorkspaceForeignKey(
        Membership, models.RESTRICT, null=True, blank=True, related_name="+"
    )
    # Which step of ours it plans: a code of the phase model that was active then.
    action = models.CharField(_("our step"), max_length=20, blank=True)
    department = models.CharField(_("department"), max_length=80, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    version = models.IntegerField(default=1)

    class Meta:
        verbose_name = _("task")
        constraints = [one_per_source("task_once_per_source")]
        indexes = [
            models.Index(fields=["workspace", "owner", "due_on"], name="task_of_owner"),
        ]

    def __str__(self) -> str:
        return self.title
