"""What is advised about one person."""

from coaching.models import Prompt
from coaching.queries.advised import CONSTRAINT, Advised, names_of
from coaching.queries.wording import Reader, in_words
from readiness.queries.catalogue import Catalogue
from stakeholders.models import Stakeholder
from stakeholders.queries.roles import RolesShown


def advice_for(
    person: Stakeholder, *, roles: RolesShown, catalogue: Catalogue, reader: Reader
) -> list[Advised]:
    """What waits for an answer, heaviest first; one query."""
    prompts = (
        Prompt.objects.due_on(reader.workspace.today(reader.now))
        .filter(stakeholder=person)
        .exclude(play__situation=CONSTRAINT)
        .select_related("play")
        .order_by("-weight", "pk")
    )
    names = names_of([person], roles={person.pk: roles}, catalogue=catalogue)
    return [
        Advised(prompt, in_words(prompt, names=names, reader=reader))
        for prompt in prompts
    ]
