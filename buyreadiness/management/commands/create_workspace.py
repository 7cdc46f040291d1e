"""`manage.py create_workspace NAME --admin EMAIL`: the way in where registration is closed."""

from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email, validate_slug
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.workspaces import SlugTaken, create_workspace
from accounts.models import User


class Command(BaseCommand):
    help = "Make a workspace with its first administrator, who is made when missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="as its people will call it")
        parser.add_argument("--admin", required=True, metavar="EMAIL")
        parser.add_argument(
            "--slug", default="", help="its address; made of the name by default"
        )

    def handle(self, **options: Any) -> None:
        name, email = options["name"].strip(), options["admin"].strip().lower()
        refuse_nonsense(name=name, email=email, slug=options["slug"])
        ws_id = uuid7()
        try:
            with tenancy.workspace(ws_id, through="command"):
                user, is_new = find_or_make(email)
                membership = create_workspace(
                    id=ws_id,
                    name=name,
                    user=user,
                    now=timezone.now(),
                    slug=options["slug"],
                )
        except SlugTaken as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"“{name}” is at /w/{membership.workspace.slug}/, and {email} administers it."
        )
        if is_new:
            self.stdout.write(
                f"The account {email} is new: its owner sets a password at"
                f" {reverse('account_reset_password')}"
            )


def refuse_nonsense(*, name: str, email: str, slug: str) -> None:
    if not 0 < len(name) <= 120:
        raise CommandError("The name has 1 to 120 letters.")
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(f"{email!r} is not an e-mail address.") from error
    if not slug:
        return
    try:
        validate_slug(slug)
    except ValidationError as error:
        raise CommandError(
            f"{slug!r} can't be an address: letters, digits and hyphens only."
        ) from error


@transaction.atomic
def find_or_make(email: str) -> tuple[User, bool]:
    """The user of this address; a new one has no password and a confirmed address."""
    if user := User.objects.filter(email=email).first():
        return user, False
    user = User.objects.create_user(email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user, True
