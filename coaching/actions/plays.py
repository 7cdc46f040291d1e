"""Copy the shipped advice into a new workspace: from then on it is its own to edit."""

import json
from importlib.resources import files
from typing import Any

from django.db import transaction

from coaching.models import Play

PERSON_TEXTS = ("observation", "doubt", "next_step", "do", "do_not", "missing")


@transaction.atomic
def copy_default_plays() -> None:
    path = files("coaching") / "defaults" / "plays.json"
    shipped = json.loads(path.read_text())
    stop = shipped["advise_to_stop"]
    Play.objects.bulk_create(
        [
            *(
                _play(row["code"], row["case"], row, anchor=row["phase"])
                for row in shipped["phases"]
            ),
            _play(stop["code"], "advise_to_stop", stop),
            *(
                Play(
                    code=f"constraint_{row['kind']}",
                    situation="constraint",
                    texts={"sentence": row["sentence"]},
                    is_default=True,
                )
                for row in shipped["constraints"]
            ),
        ]
    )


def _play(code: str, situation: str, row: dict[str, Any], *, anchor: str = "") -> Play:
    texts = {name: row[name] for name in PERSON_TEXTS if name in row}
    return Play(
        code=code, situation=situation, anchor=anchor, texts=texts, is_default=True
    )
