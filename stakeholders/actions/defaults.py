"""Copy the shipped roles into a new workspace: from then on they are its own."""

import csv
from importlib.resources import files

from django.db import transaction

from stakeholders.models import RoleType

LANGUAGES = ("en", "nl", "fr")


@transaction.atomic
def copy_default_roles() -> None:
    text = (files("stakeholders") / "defaults" / "roles.csv").read_text()
    RoleType.objects.bulk_create(
        [
            RoleType(
                code=row["code"],
                position=position,
                texts={
                    name: {code: row[f"{name}_{code}"] for code in LANGUAGES}
                    for name in ("name", "help")
                },
                counts_as=row["counts_as"],
                default_weight=float(row["default_weight"]),
                weight_alone=float(row["weight_alone"] or 0),
                is_choosable=row["choosable"] == "true",
            )
            for position, row in enumerate(csv.DictReader(text.splitlines()))
        ]
    )
