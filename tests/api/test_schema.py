"""What the API says of itself is what it answers."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from accounts.rest.upserts import may_be_upserted
from accounts.rest.views import described
from buyreadiness.api import RESOURCES
from tests.api.conftest import Api
from tests.api.test_lists import id_of

pytestmark = pytest.mark.django_db


def refuse_other_shapes(path: str, answer: Any, *, method: str = "get") -> None:
    """The answer is what the description promises for its status."""
    operation = described()["paths"][f"/api/v1/{path}"][method]
    said = operation["responses"][str(answer.status_code)]["content"]
    schema = said[answer.headers["Content-Type"]]["schema"]
    whole = schema | {"components": described()["components"]}
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(whole, format_checker=checker).validate(answer.json())


def test_every_list_and_its_row_are_as_described(api: Api, deal: Any):
    for resource in RESOURCES:
        refuse_other_rows(api, resource)


def refuse_other_rows(api: Api, resource: Any) -> None:
    listed = api.get(resource.name)
    first = listed.json()["results"][0]
    row = api.get(f"{resource.name}/{id_of(first)}")

    refuse_other_shapes(resource.name, listed)
    refuse_other_shapes(f"{resource.name}/{{id}}", row)
    assert set(first) == set(resource.fields)
    assert first.keys() == row.json().keys()


def test_every_expansion_is_as_described(api: Api, deal: Any):
    for resource in RESOURCES:
        if resource.expandable:
            refuse_other_expansions(api, resource)


def refuse_other_expansions(api: Api, resource: Any) -> None:
    listed = api.get(resource.name, expand=",".join(resource.expandable))

    refuse_other_shapes(resource.name, listed)
    named = [
        row[name]
        for row in listed.json()["results"]
        for name in resource.expandable
        if row[name] is not None
    ]
    assert all(set(each) == {"id", "name"} for each in named)


def test_every_refusal_is_as_described(api: Api, deal: Any):
    for resource in RESOURCES:
        refuse_other_refusals(api, resource)


def refuse_other_refusals(api: Api, resource: Any) -> None:
    refuse_other_shapes(resource.name, api.get(resource.name, x="1"))
    missing = "00000000-0000-7000-8000-000000000000"
    refuse_other_shapes(
        f"{resource.name}/{{id}}", api.get(f"{resource.name}/{missing}")
    )
    if resource.creation:
        answer = api.post(resource.name, "{}")
        refuse_other_shapes(resource.name, answer, method="post")
    if resource.change or resource.removal:
        refuse_other_changes(api, resource)


def refuse_other_changes(api: Api, resource: Any) -> None:
    """Without a version, with a stale one, with a body that is none, and done."""
    row = api.get(resource.name).json()["results"][0]
    path, shape = f"{resource.name}/{row['id']}", f"{resource.name}/{{id}}"
    for method in {"PATCH", "DELETE"} & set(resource.acts):
        for tag, body in ((None, {}), ('"v0"', {}), ("*", {"nothing": 1}), ("*", {})):
            if method == "DELETE" and tag == "*":
                continue
            headers = api.headers | ({"If-Match": tag} if tag else {})
            answer = api.client.generic(
                method,
                f"/api/v1/{path}",
                json.dumps(body),
                content_type="application/json",
                headers=headers,
            )
            refuse_other_shapes(shape, answer, method=method.lower())


HOOK = {"events": ["prompt.opened"], "url": "https://a.example.org"}
COLUMNS = {"columns": {"id": "Id"}}
# A body, and whether it is taken.
BODIES: list[tuple[str, dict[str, Any], bool]] = [
    ("exports", {"contents": "all"}, True),
    ("exports", {"contents": "all", "format": "csv", "raw": True}, True),
    ("exports", {"contents": "all", "raw": "true"}, False),
    ("exports", {"contents": "all", "format": "jsonl"}, False),
    ("exports", {"contents": "bundle", "format": "jsonl"}, True),
    ("exports", {"contents": "bundle", "format": "csv"}, False),
    ("imports", {"name": "a.csv", "text": "id\n"}, True),
    ("imports", {"name": "a.csv", "base64": "aWQK"}, True),
    ("imports", {"name": "a.csv", "base64": "aWQ"}, False),
    ("imports", {"name": "a.csv", "base64": ""}, False),
    ("imports", {"name": "a.csv"}, False),
    ("imports", {"name": "a.csv", "text": "id\n", "base64": "aWQK"}, False),
    ("imports/{id}/check", {"preset": "plain"}, True),
    ("imports/{id}/check", {"preset": "0"}, False),
    ("imports/{id}/check", {"preset": "../../pyproject"}, False),
    ("imports/{id}/check", {"mapping": COLUMNS}, True),
    ("imports/{id}/check", {"mapping": {}}, False),
    ("imports/{id}/check", {"mapping": COLUMNS | {"ignored": 1}}, False),
    ("imports/{id}/check", {"mapping": COLUMNS | {"outcomes": {"x": []}}}, False),
    ("imports/{id}/check", {"mapping": COLUMNS | {"currency": ""}}, False),
    ("imports/{id}/check", {"mapping": COLUMNS | {"first_stage": ""}}, True),
    ("imports/{id}/check", {"mapping": COLUMNS | {"probability_of": 0}}, False),
    ("webhooks", HOOK, True),
    ("webhooks", HOOK | {"url": "https://a.example.org:8443/in?x=1"}, True),
    ("webhooks", HOOK | {"url": "https://a.example.org:80"}, False),
    ("webhooks", HOOK | {"url": "https://a@a.example.org"}, False),
    ("webhooks", HOOK | {"url": "https://a.example.org/#in"}, False),
    ("webhooks", HOOK | {"url": "https://localhost/"}, False),
    ("webhooks", HOOK | {"url": f"https://{'a.' * 126}be"}, False),
    ("webhooks", HOOK | {"url": f"https://{'a.' * 125}be/in"}, True),
    ("webhooks", HOOK | {"url": "https://10.0.0.1/"}, False),
    ("webhooks", HOOK | {"url": "0"}, False),
    ("webhooks", HOOK | {"events": ["prompt.opened"] * 2}, False),
]


@pytest.mark.parametrize(("path", "body", "is_taken"), BODIES, ids=range(len(BODIES)))
def test_a_body_is_taken_as_it_is_described(
    api: Api, path: str, body: dict[str, Any], *, is_taken: bool
):
    operation = described()["paths"][f"/api/v1/{path}"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    whole = schema | {"components": described()["components"]}
    kept = api.post("imports", {"name": "deals.csv", "text": "Id\n1\n"}).json()["id"]

    answer = api.post(path.replace("{id}", kept), body)

    assert Draft202012Validator(whole).is_valid(body) == is_taken
    assert answer.status_code in ({200, 201} if is_taken else {422})


def test_a_body_that_needs_a_field_is_needed():
    for path in ("exports", "imports", "companies", "webhooks"):
        assert described()["paths"][f"/api/v1/{path}"]["post"]["requestBody"][
            "required"
        ]


def test_a_file_that_is_ready_is_as_described(api: Api, deal: Any):
    listed = api.get("exports", status="ready").json()["results"]
    said = described()["paths"]["/api/v1/exports/{id}/file"]["get"]["responses"]

    answer = api.get(f"exports/{listed[0]['id']}/file")

    assert answer.content == b"name"
    assert answer.headers["Content-Type"] in said["200"]["content"]
    assert "409" in said  # test_files: while there is none


@pytest.mark.parametrize(("path", "params"), [("me", {}), ("search", {"q": "ruth"})])
def test_what_is_no_resource_is_as_described(
    api: Api, deal: Any, path: str, params: Any
):
    refuse_other_shapes(path, api.get(path, **params))


def test_the_description_is_openapi_3_1_and_served(api: Api):
    answer = api.get("schema/")

    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"
    upserted = [each for each in RESOURCES if may_be_upserted(each)]
    assert [each.name for each in upserted] == ["companies", "people", "opportunities"]
    acts = sum(len(each.row_acts) for each in RESOURCES)
    uploads = sum(each.upload is not None for each in RESOURCES)
    paths = 2 * len(RESOURCES) + 2 * len(upserted) + acts + uploads + 8
    assert len(answer.json()["paths"]) == paths


def test_the_description_names_no_operation_twice():
    names = [
        operation["operationId"]
        for path in described()["paths"].values()
        for operation in path.values()
    ]

    assert len(names) == len(set(names))
