"""The words things are found by."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.base import WorkspaceModel


class SearchToken(WorkspaceModel):
    """One word of one thing's name.

    A plain btree range over the start of a word: leakproof, so that it keeps its index
    under row-level security, where full text and trigrams lose theirs.
    """

    token = models.CharField(max_length=40, db_collation="C")
    kind = models.CharField(max_length=20)
    object_id = models.UUIDField()

    class Meta:
        verbose_name = _("search word")
        constraints = [
            models.UniqueConstraint(
                name="search_token_once_per_thing",
                fields=["workspace", "token", "kind", "object_id"],
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "object_id"], name="search_of_thing")
        ]

    def __str__(self) -> str:
        return f"{self.token} → {self.kind}"
