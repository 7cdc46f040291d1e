"""Rows made of files: `POST /name/upload`, as the parts of a form."""

from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.bodies import TooLarge
from accounts.rest.parameters import is_clean
from accounts.rest.resources import Resource
from accounts.rest.views import MakingView


class UploadView(MakingView):
    """The same of files, as the parts of a form (`multipart/form-data`), for what is larger."""

    verb = "upload"
    takes_files = True  # the door reads them, before its transaction
    parser_classes = (MultiPartParser,)  # for the description: nothing is parsed here
    sentences = {
        413: "The files are larger than is taken",
        415: "Not the parts of a form",
    }

    def needed(self, method: str) -> tuple[str, str]:
        creation = self.resource.upload
        assert creation is not None  # noqa: S101 -- for mypy
        return creation.permission, self.resource.scope("write")

    def post(self, request: Request) -> Response:
        creation = self.resource.upload
        assert creation is not None  # noqa: S101 -- for mypy
        inner: Any = request._request
        if inner.content_type != MultiPartParser.media_type:
            raise UnsupportedMediaType(inner.content_type or "")
        if inner.upload_is_too_large:
            limit = filesizeformat(settings.IMPORT_MAX_BYTES)
            raise TooLarge(
                _("The files are too large: together they may have %(limit)s.")
                % {"limit": limit}
            )
        if inner.upload_is_broken:
            raise ParseError(_("The parts of the form can't be read."))
        return self.made(request, _parts(inner, creation.body().fields), creation)


def _parts(request: Any, fields: Any) -> dict[str, Any]:
    """What each part holds: a list where the body asks for one, or where it came twice."""
    told: dict[str, list[Any]] = {}
    for given in (request.POST, request.FILES):
        for name, values in given.lists():
            told.setdefault(name, []).extend(values)
    if not all(is_clean(name) for name in told):
        raise ParseError(_("The parts of the form can't be read."))
    return {
        name: values
        if len(values) > 1 or hasattr(fields.get(name), "child")
        else values[0]
        for name, values in told.items()
    }


def uploading(resource: Resource, given: dict[str, Any]) -> URLPattern:
    view: Any = type("Upload", (UploadView,), given)
    address = f"{resource.name}/upload"
    found: URLPattern = path(address, view.as_view(), name=f"{resource.noun}-upload")
    return found
