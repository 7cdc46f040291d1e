"""The OpenAPI description, made from the same declarations as the answers."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.serializers import ListSerializer

from accounts.rest import written
from accounts.rest.columns import MONEY, NAMED, TEXT, list_of, object_of, or_null
from accounts.rest.fields import Money
from accounts.rest.parameters import DEFAULT_LIMIT, GREATEST_LIMIT
from accounts.rest.resources import Filter
from accounts.rest.shapes import batch_body, batch_item, upserted

PROBLEM = {
    "type": "object",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "request_id": or_null(TEXT),
        "errors": list_of(object_of(field=TEXT, detail=TEXT)),
    },
    "required": ["type", "title", "status", "detail", "request_id", "errors"],
}
SENTENCES = {
    400: "A parameter or a body that can't be read",
    401: "No key or token, or none that is good",
    403: "The permission or the scope is missing",
    404: "Missing, or of another workspace: the same",
    409: "The action was refused; the detail says why",
    412: "Somebody else changed it since the version in If-Match",
    413: "More than one megabyte",
    415: "Not JSON in UTF-8",
    422: "The body is not valid; errors says where",
    428: "If-Match is missing",
    429: "Too many calls in a minute; Retry-After says how long to wait",
}
NAMES = {"Money": MONEY, "MoneyBody": Money.described, "Named": NAMED}
HEADERS = {"Idempotency-Key": written.KEY, "If-Match": written.TAGS}
CURSOR = TEXT | {"minLength": 0}
VERBS = {"POST": "create", "PATCH": "change", "DELETE": "retract"}
BODIES = {"POST", "PATCH"}


class Schema(AutoSchema):
    """Describes a view by its resource, or by the schema it says itself."""

    @property
    def resource(self) -> Any:
        return getattr(self.view, "resource", None)

    @property
    def is_row(self) -> bool:
        return "{id}" in self.path

    def get_operation_id(self) -> str:
        if self.resource is None:
            return f"get_{self.path.strip('/').rpartition('/')[2].replace('-', '_')}"
        noun = self.resource.noun.replace("-", "_")
        if self.method in VERBS:
            verb = getattr(self.view, "verb", VERBS[self.method])
            return f"{verb}_{noun}"
        many = self.resource.name.replace("-", "_")
        return f"get_{noun}" if self.is_row else f"list_{many}"

    def get_tags(self) -> list[str]:
        return [self.resource.name if self.resource else self.path.strip("/")[7:]]

    def get_summary(self) -> str:
        return self.get_operation_id().replace("_", " ").capitalize()

    def get_description(self) -> str:  # type: ignore[override]
        about = self.resource.about if self.resource else self.view.__doc__ or ""
        if self.verb:
            about = type(self.view).__mro__[1].__doc__ or ""
        return str(about.strip())

    def _scope(self) -> str:
        view: Any = self.view
        return str(view.needed(self.method)[1])

    def get_extensions(self) -> dict[str, Any]:
        return {"x-scope": self._scope()}

    def get_auth(self) -> list[dict[str, Any]]:
        session: dict[str, list[str]] = {"session": [], "workspace": []}
        if self.method != "GET":
            session["csrf"] = []
        return [{"key": []}, {"oauth2": [self._scope()]}, session]

    def get_override_parameters(self) -> list[Any]:
        if self.method == "DELETE":
            return self._headers()
        if self.resource is None or self.verb == "batch":
            given: Any = self.view
            return [*_filters(given.parameters), *self._headers()]
        resource = self.resource
        some = [_names("fields", resource.fields, "Of")]
        if resource.expandable:
            some.append(_names("expand", resource.expandable, "With their names"))
        if self.method == "POST":
            return [*some, *self._headers()]
        filters = _filters(
            {
                name: each
                for name, each in resource.filters.items()
                if each.is_of_rows or not self.is_row
            }
        )
        if self.is_row:
            return [*filters, *some, *self._headers()]
        limit = {"type": "integer", "minimum": 1, "maximum": GREATEST_LIMIT}
        orderings = [sign + name for name in resource.orderings for sign in ("", "-")]
        return [
            *filters,
            *some,
            _parameter("ordering", TEXT | {"enum": orderings}),
            _parameter("limit", limit | {"default": DEFAULT_LIMIT}),
            _parameter("cursor", CURSOR, "The `next` of the page before"),
        ]

    @property
    def verb(self) -> str:
        """Of a view that does more than its method says."""
        return str(getattr(self.view, "verb", ""))

    def _headers(self) -> list[OpenApiParameter]:
        if self.method == "POST":
            about = "Sent again under the same key, it is answered again and done once"
            return [_header("Idempotency-Key", about)]
        if self.method in {"PATCH", "DELETE"}:
            about = "The ETag of the row as it was read"
            return [_header("If-Match", about, required=True)]
        return []

    def get_request_serializer(self) -> Any:
        if self.verb == "upload":
            return self.resource.upload.body
        if self.verb:
            view: Any = self.view
            return batch_body(view.body) if self.verb == "batch" else view.body
        if self.method in BODIES and self.resource:
            act = self.resource.acts.get(self.method)
            return act.body if act else None
        return None

    def get_response_serializers(self) -> Any:
        view: Any = self.view
        codes = [400, 401, 403, 429, *view.codes]
        if self.is_row:
            codes.append(404)
        if self.method in VERBS:
            codes.append(409)
        if self.method in BODIES:
            codes += [413, 415, 422]
        if self.method in {"PATCH", "DELETE"}:
            codes += [412, 428]
        usual = 201 if self.method == "POST" else 200
        good = getattr(view, "good", usual)
        problem = self._component("Problem", PROBLEM)
        answer: dict[Any, Any] = (
            {204: None}
            if self.method == "DELETE"
            else {(good, kind): self._answer() for kind in view.kinds}
        )
        return {
            **answer,
            **{(code, "application/problem+json"): problem for code in codes},
        }

    def _answer(self) -> dict[str, Any]:
        if self.resource is None:
            view: Any = self.view
            name = f"{type(view).__name__.removesuffix('View')}Answer"
            return self._component(name, dict(view.answer))
        row, name = self._row(), self._noun
        if self.verb == "batch":
            item = batch_item(self._component("Problem", PROBLEM))
            items = list_of(self._component("BatchItem", item))
            return self._component("BatchAnswer", object_of(results=items))
        if self.verb == "upsert":
            return self._component(f"{name}Upserted", upserted(row))
        if self.is_row or self.method == "POST":
            return row
        page = object_of(results=list_of(row), next=or_null(TEXT))
        return self._component(f"{name}Page", page)

    def _map_serializer(self, serializer: Any, *args: Any, **kwargs: Any) -> Any:
        base: Any = super()  # untyped
        whole = base._map_serializer(serializer, *args, **kwargs)
        shapes = serializer.shapes(whole)
        if len(shapes) == 1:
            return shapes[0]
        # Said outside too: a body is needed at all when every shape needs a field.
        needed = set.intersection(*(set(each["required"]) for each in shapes))
        return {"oneOf": shapes, "required": sorted(needed)}

    def _map_serializer_field(self, field: Any, *args: Any, **kwargs: Any) -> Any:
        """What a field of ours says of how it is written, besides what is known of its kind."""
        said = getattr(field, "described", {})
        if isinstance(field, ListSerializer):
            bounds = {"minItems": "min_length", "maxItems": "max_length"}
            found = {name: getattr(field, of) for name, of in bounds.items()}
            said = {name: most for name, most in found.items() if most is not None}
        if said.get("type") == "object":
            return or_null(said) if field.allow_null else said
        base: Any = super()  # untyped
        return base._map_serializer_field(field, *args, **kwargs) | said

    def _insert_field_validators(self, field: Any, schema: Any) -> None:
        base: Any = super()  # untyped
        base._insert_field_validators(field, schema)
        text, *_blank = schema.get("oneOf", [{}])
        if re.search(text.get("pattern", r"$."), ""):
            # One that may be empty says so itself; "one of" would have it say so alone.
            del schema["oneOf"]
            schema |= text

    @property
    def _noun(self) -> str:
        return "".join(part.title() for part in self.resource.noun.split("-"))

    def _row(self) -> dict[str, Any]:
        """A row, with what is shown of it this once."""
        name = self._noun
        schema = self.resource.schema
        if self.once:
            verb = self.get_operation_id().partition("_")[0].title()
            name = f"{verb}{name}"
            schema["properties"] |= {
                each: or_null(of) for each, of in self.once.items()
            }
        return self._component(name, schema)

    @property
    def once(self) -> Mapping[str, Any]:
        creation = self.resource.creation
        return creation.once if creation and self.method == "POST" else {}

    def _component(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        make: Any = ResolvedComponent  # untyped
        component = make(
            name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name
        )
        self.registry.register_on_missing(component)
        return dict(component.ref)

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        sentences = SENTENCES | getattr(self.view, "sentences", {})
        for code, answer in (operation or {}).get("responses", {}).items():
            answer["description"] = sentences.get(int(code), "Done")
            if headers := self._told_beside(int(code)):
                answer["headers"] = headers
        return operation

    def _told_beside(self, code: int) -> dict[str, Any]:
        """The headers an answer always has."""
        if code == status.HTTP_429_TOO_MANY_REQUESTS:
            return {"Retry-After": _always({"type": "integer", "minimum": 1})}
        told = {}
        if code == status.HTTP_201_CREATED:
            told["Location"] = _always(TEXT | {"format": "uri-reference"})
        has_version = self.resource is not None and self.resource.version
        is_row = self.is_row or (self.method == "POST" and self.verb in {"", "upload"})
        if has_version and is_row and status.is_success(code) and code != 204:
            told["ETag"] = _always(TEXT | {"pattern": '^"v[^"]*"$'})
        return told


def _always(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "schema": schema}


def name_scopes(made: dict[str, Any]) -> None:
    """Say of OAuth which scopes there are: those that the operations ask for."""
    asked = {
        operation["x-scope"]
        for path in made["paths"].values()
        for operation in path.values()
    }
    scopes = {scope: _spoken(scope) for scope in sorted(asked)}
    for flow in made["components"]["securitySchemes"]["oauth2"]["flows"].values():
        flow["scopes"] = scopes


def _spoken(scope: str) -> str:
    resource, _colon, action = scope.partition(":")
    return f"{action.capitalize()} {resource.replace('_', ' ')}"


def optional_tag() -> OpenApiParameter:
    """What an act honours and does not demand."""
    return _header(
        "If-Match", "Refuse it unless the row is still the one that was read"
    )


def _parameter(
    name: str, schema: dict[str, Any], about: str = "", *, required: bool = False
) -> OpenApiParameter:
    return OpenApiParameter(
        name=name,
        type=written.parameter(schema),
        location=OpenApiParameter.QUERY,
        required=required,
        description=about,
    )


def _filters(given: Mapping[str, Filter]) -> list[OpenApiParameter]:
    return [
        _parameter(name, each.schema, required=each.is_required)
        for name, each in given.items()
    ]


def _names(name: str, known: Collection[str], about: str) -> OpenApiParameter:
    schema = TEXT | {"pattern": written.names(known)}
    return _parameter(name, schema, f"{about}: {', '.join(known)}")


def _header(name: str, about: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(
        name=name,
        type=TEXT | {"pattern": HEADERS[name]},
        location=OpenApiParameter.HEADER,
        required=required,
        description=about,
    )


def finish(result: dict[str, Any], **_given: Any) -> dict[str, Any]:
    """Close the bodies, and give what stands in many places a name of its own.

    A body that names a field nobody knows is refused, so its description is closed.
    """
    result["paths"] = _by_name(result["paths"])
    schemas = result["components"]["schemas"]
    for name, schema in schemas.items():
        made = schemas[name] = _by_name(schema)
        for shape in made.get("oneOf", [made]) if name.endswith("Body") else ():
            shape["additionalProperties"] = False
    schemas |= NAMES
    return result


def _by_name(part: Any) -> Any:
    for name, schema in NAMES.items():
        if part == schema:
            return {"$ref": f"#/components/schemas/{name}"}
    if isinstance(part, list):
        return [_by_name(each) for each in part]
    if isinstance(part, dict):
        return {name: _by_name(each) for name, each in part.items()}
    return part
