"""OAuth 2.1: an application asks a member to be let in, and fetches its tokens."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from allauth.core.internal import ratelimit
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2.rfc6749.errors import (
    AccessDeniedError,
    FatalClientError,
    OAuth2Error,
)

from accounts.actions.applications import let_in
from accounts.http.guards import member, public, signed_in
from accounts.http.pages import render_page, see_other
from accounts.http.request import UserRequest, WorkspaceRequest
from accounts.models import Application, Membership
from accounts.oauth.server import Server
from accounts.oauth.words import in_words
from accounts.views.keys import scopes as all_scopes

PAGE, REFUSED = "accounts/consent.html", "accounts/consent_refused.html"


@require_safe
@signed_in
def authorize(request: UserRequest) -> HttpResponse:
    """The one address that applications know: on to the page of their workspace.

    Whoever is not of it learns as much as of an application that nobody registered.
    """
    # A real client id is ASCII; PostgreSQL refuses a NUL.
    client_id = request.GET.get("client_id", "").replace("\0", "")
    theirs = Application.objects.filter(client=client_id, revoked_at__isnull=True)
    mine = Membership.objects.open_to(request.user)
    seat = mine.filter(workspace__in=theirs.values("workspace")).first()
    if seat is None:
        return _refused(request)
    page = reverse("accounts:consent", kwargs={"slug": seat.workspace.slug})
    return redirect(f"{page}?{request.GET.urlencode()}")


@require_http_methods(["GET", "HEAD", "POST"])
@member("workspace.enter")
def consent(request: WorkspaceRequest, slug: str) -> HttpResponse:
    server = Server(workspace=request.workspace)
    try:
        scopes, asked = server.validate_authorization_request(_address_of(request))
    except FatalClientError:
        return _refused(request)
    except OAuth2Error as error:
        return _back(request, error.redirect_uri, error.twotuples)
    application: Application = asked["request"].client.application
    if request.method != "POST":
        return _page(request, application, asked)
    if request.POST.get("answer") != "yes":
        no = AccessDeniedError(state=asked["state"])
        return _back(request, asked["redirect_uri"], no.twotuples)
    grant = let_in(
        application=application,
        scopes=scopes,
        by=request.membership,
        now=timezone.now(),
    )
    headers, _body, _status = Server(grant=grant).create_authorization_response(
        _address_of(request), scopes=scopes
    )
    return _back(request, headers["Location"])


def _page(
    request: WorkspaceRequest, application: Application, asked: dict[str, Any]
) -> HttpResponse:
    goes_to = urlsplit(asked["redirect_uri"])
    context = {
        "application": application,
        "wish": in_words(asked["request"].scopes),
        "goes_to": goes_to.hostname,
    }
    response: Any = render_page(request, PAGE, context)
    # Chromium asks form-action about the redirect after the form, too.
    back = f"{goes_to.scheme}://{goes_to.netloc}"
    response._csp_update = {"form-action": [back]}
    page: HttpResponse = response
    return page


def _back(
    request: HttpRequest, address: str, told: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    """To the application, which is told who answers (RFC 9207)."""
    return see_other(add_params_to_uri(address, [*told, ("iss", _issuer(request))]))


def _refused(request: HttpRequest) -> HttpResponse:
    """No word to the application: the address it names may be anybody's."""
    return render_page(request, REFUSED, {}, status=404)


@csrf_exempt
@require_POST
@public
def token(request: HttpRequest) -> HttpResponse:
    return _answer(request, Server().create_token_response)


@csrf_exempt
@require_POST
@public
def revoke(request: HttpRequest) -> HttpResponse:
    return _answer(request, Server().create_revocation_response)


def _answer(request: HttpRequest, ask: Callable[..., Any]) -> HttpResponse:
    """Commit also with a refusal: a token that came twice has ended its family."""
    if not ratelimit.consume(request, app="allauth.idp.oidc", action="token"):
        refusal = {"error": "temporarily_unavailable"}
        return JsonResponse(refusal, status=429, headers={"Retry-After": "60"})
    given = {"Authorization": request.headers.get("Authorization", "")}
    try:
        with transaction.atomic():
            _headers, body, status = ask(
                _address_of(request), "POST", request.POST.urlencode(), given
            )
    except OAuth2Error as error:
        body, status = error.json, error.status_code
    response = HttpResponse(body, status=status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Basic realm="oauth"'
    return response


@require_safe
@public
def metadata(request: HttpRequest) -> HttpResponse:
    """What this server can do (RFC 8414)."""
    issuer = _issuer(request)
    methods = ["client_secret_basic", "client_secret_post", "none"]
    return JsonResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": issuer + reverse("accounts:oauth-authorize"),
            "token_endpoint": issuer + reverse("accounts:oauth-token"),
            "revocation_endpoint": issuer + reverse("accounts:oauth-revoke"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": [
                "authorization_code",
                "client_credentials",
                "refresh_token",
            ],
            "token_endpoint_auth_methods_supported": methods,
            "revocation_endpoint_auth_methods_supported": methods,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "scopes_supported": sorted(all_scopes()),
            "service_documentation": f"{issuer}/api/v1/schema/",
        }
    )


def _address_of(request: HttpRequest) -> str:
    """The address as Django understood it: oauthlib stumbles over an odd encoding."""
    return f"{request.path}?{request.GET.urlencode()}"


def _issuer(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")
