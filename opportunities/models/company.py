"""The customer's organisation."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import WorkspaceModel


class Company(WorkspaceModel):
    name = models.CharField(_("name"), max_length=200)
    version = models.IntegerField(default=1)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        indexes = [
            models.Index(fields=["workspace", "name", "id"], name="company_name")
        ]

    def __str__(self) -> str:
        return self.name
