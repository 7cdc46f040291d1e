"""The API about the human beings at customers."""

from collections.abc import Mapping
from typing import Any

from accounts.rest import Change, Creation, Filter, Reader, Resource, everything
from accounts.rest import fields as body
from accounts.rest.columns import DAY, ID, TEXT, column, maybe, reference
from opportunities.models import Company
from stakeholders.actions.people import change_person, create_person
from stakeholders.api.seen import row_of
from stakeholders.models import Person


class PersonBody(body.Body):
    name = body.Text(max_length=160)
    company = body.Id(required=False, allow_null=True)
    email = body.Mail(max_length=254, required=False)
    title = body.Text(max_length=160, required=False)
    phone = body.Text(max_length=60, required=False)
    language = body.Text(max_length=5, required=False)


class PersonChangeBody(PersonBody):
    left_company_on = body.Day(required=False, allow_null=True)


def _create_person(given: Mapping[str, Any], reader: Reader) -> Person:
    values = dict(given)
    company = row_of(Company.objects, values.pop("company", None), field="company")
    return create_person(
        **values, company=company, by=reader.membership, now=reader.now
    )


def _change_person(person: Person, given: Mapping[str, Any], reader: Reader) -> Person:
    values = dict(given)
    if "company" in values:
        values["company"] = row_of(Company.objects, values["company"], field="company")
    if "email" in values:
        values["email"] = values["email"].lower()
    return change_person(
        person=person,
        values=values,
        version=person.version,
        by=reader.membership,
        now=reader.now,
    )


PEOPLE = Resource(
    name="people",
    noun="person",
    about="Human beings at customers. No sex, age or nationality, anywhere.",
    permission="person.see",
    rows=everything(Person),
    columns={
        "id": column("pk", ID),
        "name": column("name"),
        "company": reference("company_id", "company__name", null=True),
        "email": maybe("email"),
        "title": maybe("title"),
        "phone": maybe("phone"),
        "language": maybe("language"),
        "left_company_on": column("left_company_on", DAY, null=True),
        "source": maybe("source"),
        "external_id": maybe("external_id"),
    },
    filters={
        "company": Filter(ID, "company"),
        "email": Filter(TEXT, "email"),
        "source": Filter(TEXT, "source"),
        "external_id": Filter(TEXT, "external_id"),
    },
    orderings={"id": "pk", "name": "name"},
    creation=Creation(PersonBody, _create_person, "person.write"),
    change=Change(PersonChangeBody, _change_person, "person.write"),
    version="version",
)
