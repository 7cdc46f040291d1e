"""The customer's organisation."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Sourced, WorkspaceModel, one_per_source
from opportunities.models.likeness import company_key, domain_key


class Company(Sourced, WorkspaceModel):
    name = models.CharField(_("name"), max_length=200)
    domain = models.CharField(_("web domain"), max_length=200, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    version = models.IntegerField(default=1)
    name_key = company_key()
    domain_key = domain_key()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints = [one_per_source("company_once_per_source")]
        indexes = [
            models.Index(fields=["workspace", "name", "id"], name="company_name"),
            models.Index(fields=["workspace", "name_key", "id"], name="company_like"),
            models.Index(
                fields=["workspace", "domain_key", "id"], name="company_same_domain"
            ),
        ]

    def __str__(self) -> str:
        return self.name
