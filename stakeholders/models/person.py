"""A human being at the customer. No sex, age or nationality, anywhere."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import WorkspaceForeignKey
from accounts.models import Sourced, WorkspaceModel, one_per_source
from opportunities.models import Company
from opportunities.models.likeness import person_key


class Person(Sourced, WorkspaceModel):
    name = models.CharField(_("name"), max_length=160)
    company = WorkspaceForeignKey(
        Company,
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("company"),
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    title = models.CharField(_("job title"), max_length=160, blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    left_company_on = models.DateField(_("left the company on"), null=True, blank=True)
    version = models.IntegerField(default=1)
    name_key = person_key()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [one_per_source("person_once_per_source")]
        indexes = [
            models.Index(fields=["workspace", "name", "id"], name="person_name"),
            models.Index(fields=["workspace", "email"], name="person_email"),
            models.Index(
                fields=["workspace", "company", "name_key", "id"], name="person_like"
            ),
        ]

    def __str__(self) -> str:
        return self.name
