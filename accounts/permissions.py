"""Who may do what: one plain table, from which the matrix test is made."""

from collections.abc import Collection

from django.conf import settings

from accounts.models import Membership, Role

REP, MANAGER, COACH, ADMIN = Role.REP, Role.MANAGER, Role.COACH, Role.ADMIN
EVERYBODY = frozenset(Role)
SELLERS = frozenset({REP, MANAGER, ADMIN})

# A right is the union over the roles held. What a role may do to *which* rows is
# visibility (accounts.queries.visible_owners), not a permission.
PERMISSIONS: dict[str, frozenset[Role]] = {
    "workspace.enter": EVERYBODY,
    "workspace.settings": frozenset({ADMIN}),
    "member.see": EVERYBODY,
    "member.manage": frozenset({ADMIN}),
    "team.see": EVERYBODY,
    "team.manage": frozenset({ADMIN}),
    "audit.see": frozenset({ADMIN}),
    "key.manage": frozenset({ADMIN}),
    "deal.see": EVERYBODY,
    "deal.write": SELLERS,
    "person.see": EVERYBODY,
    "person.write": SELLERS,
    "prompt.answer": EVERYBODY,
    "case.write": frozenset({COACH, ADMIN}),
    "help.answer": frozenset({COACH, ADMIN}),
    "view.share": frozenset({MANAGER, ADMIN}),
    "forecast.see": EVERYBODY,
    "accuracy.ask": frozenset({MANAGER, ADMIN}),
    "call.make": frozenset({MANAGER, ADMIN}),
    "money.manage": frozenset({MANAGER, ADMIN}),
    "import.run": frozenset({ADMIN}),
    "export.run": frozenset({ADMIN}),
    "model.manage": frozenset({ADMIN}),
}


def permissions_of(membership: Membership | None) -> frozenset[str]:
    """What a member may do; nothing when there is no active membership."""
    if membership is None or not membership.is_active:
        return frozenset()
    return permissions_of_roles(membership.roles)


def permissions_of_roles(roles: Collection[str]) -> frozenset[str]:
    return frozenset(
        permission
        for permission, allowed in PERMISSIONS.items()
        if allowed & set(roles)
    )


def may_create_workspace() -> bool:
    """Whether anybody with an account may; else only whoever runs the installation."""
    return str(settings.REGISTRATION) == "open"
