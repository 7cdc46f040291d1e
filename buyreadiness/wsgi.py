"""What the web server runs."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "buyreadiness.settings")


def refuse_a_dangerous_role() -> None:
    """Connect once before the first request: the connection itself refuses a superuser.

    A database that is away is no reason not to start: /readyz tells of it.
    """
    from django.db import OperationalError, connection  # noqa: PLC0415 -- after the set-up

    try:
        connection.ensure_connection()
    except ImproperlyConfigured as refusal:
        sys.exit(str(refusal))
    except OperationalError:
        return
    connection.close()


application = get_wsgi_application()
refuse_a_dangerous_role()
