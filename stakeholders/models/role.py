"""The roles people play in a buying group: a workspace's own list, copied from the default."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import WorkspaceModel, in_words


class RoleType(WorkspaceModel):
    code = models.CharField(max_length=40)
    position = models.SmallIntegerField()
    texts = models.JSONField(default=dict)
    # approve, veto, influence, none, joined by "+": the rights in the group's decision.
    counts_as = models.CharField(max_length=40)
    default_weight = models.FloatField()
    # Of a person whose every role counts as none: an opener of doors weighs nothing,
    # a blocker what somebody without a role does.
    weight_alone = models.FloatField(default=0)
    is_choosable = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("role")
        constraints = [
            models.UniqueConstraint(
                name="role_type_code_once", fields=["workspace", "code"]
            ),
            models.CheckConstraint(
                name="role_type_weight_is_a_share",
                condition=models.Q(default_weight__gte=0, default_weight__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return in_words(self.texts, "name")
