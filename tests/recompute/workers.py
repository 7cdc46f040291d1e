"""Forks Celery workers on demand: run as a script, it imports everything once.

Each line read starts a worker of one process and prints its id; whoever reads that may
kill it. Nothing here opens a connection before the fork.
"""

import os
import signal
import sys


def main() -> None:
    import django  # noqa: PLC0415 -- the environment is read first

    django.setup()
    from buyreadiness.celery import app  # noqa: PLC0415 -- needs the settings

    app.loader.import_default_modules()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the killed are not waited for
    print("ready", flush=True)  # noqa: T201 -- said to the test
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # its banner is no answer
            words = ["worker", "--pool=solo", "--loglevel=ERROR"]
            app.worker_main([*words, "--without-mingle", "--without-gossip"])
            os._exit(0)
        print(pid, flush=True)  # noqa: T201 -- said to the test


if __name__ == "__main__":
    main()
