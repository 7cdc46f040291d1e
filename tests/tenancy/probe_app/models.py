"""A tree, a many-to-many with its own `through`, a generic relation."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from accounts.fields import WorkspaceForeignKey, WorkspaceGenericRelation
from accounts.models import WorkspaceModel


class Tag(WorkspaceModel):
    name = models.CharField(max_length=40)

    class Meta:
        app_label = "probe_app"
        constraints = [
            models.UniqueConstraint(name="tag_once", fields=["workspace", "name"])
        ]

    def __str__(self) -> str:
        return self.name


class Thing(WorkspaceModel):
    name = models.CharField(max_length=40)
    weight = models.IntegerField(default=1)
    parent = WorkspaceForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="children"
    )
    twin = WorkspaceForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="twins"
    )
    tags = models.ManyToManyField(Tag, through="ThingTag", related_name="things")
    notes = WorkspaceGenericRelation("probe_app.Note")

    class Meta:
        app_label = "probe_app"

    def __str__(self) -> str:
        return self.name


class ThingTag(WorkspaceModel):
    thing = WorkspaceForeignKey(Thing, models.CASCADE)
    tag = WorkspaceForeignKey(Tag, models.CASCADE)

    class Meta:
        app_label = "probe_app"

    def __str__(self) -> str:
        return f"{self.thing} {self.tag}"


class Note(WorkspaceModel):
    text = models.CharField(max_length=40)
    content_type = models.ForeignKey(ContentType, models.CASCADE, related_name="+")
    object_id = models.UUIDField()
    about = GenericForeignKey()

    class Meta:
        app_label = "probe_app"

    def __str__(self) -> str:
        return self.text
