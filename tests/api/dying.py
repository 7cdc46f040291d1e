"""Serves the product and dies when what was asked is done, before it could say so.

Run as a script: it prints its port, and answers nobody.
"""

import os
import signal
from typing import Any
from wsgiref.simple_server import make_server


def unheard(*_told: Any) -> Any:
    """Takes a status and headers, and passes them on to nobody."""


def main() -> None:
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 -- reads the settings

    application: Any = get_wsgi_application()

    def dying(environ: Any, start_response: Any) -> Any:
        application(environ, unheard)
        os.kill(os.getpid(), signal.SIGKILL)

    with make_server("127.0.0.1", 0, dying) as server:
        print(server.server_port, flush=True)  # noqa: T201 -- said to the test
        server.serve_forever()


if __name__ == "__main__":
    main()
