"""The server: a socket on this machine, the site behind it, until Ctrl-C."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import uvicorn

from planner.serve.app import Site
from planner.serve.guard import Guard
from planner.serve.shelf import results_shelf, scenarios_shelf

SECONDS_TO_CLOSE = 2


def opened(guard: Guard) -> tuple[socket.socket, Guard]:
    """A listening socket, and the guard with its port; raises OSError where the port is taken."""
    family = socket.AF_INET6 if ":" in guard.address else socket.AF_INET
    listener = socket.create_server((guard.address, guard.port), family=family)
    return listener, replace(guard, port=listener.getsockname()[1])


def server(site: Site) -> uvicorn.Server:
    """The web server of a site; it trusts no proxy and says nothing of itself."""
    made = uvicorn.Server(
        uvicorn.Config(
            site.app(),
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=SECONDS_TO_CLOSE,
        )
    )
    site.ending = lambda: made.should_exit
    return made


def serve(results: Path, scenarios: Path, guard: Guard, announce: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; a solve that runs is stopped then, and its plan in hand written."""
    listener, guard = opened(guard)
    site = Site(results_shelf(results), scenarios_shelf(scenarios), guard)
    name = f"[{guard.address}]" if ":" in guard.address else guard.address
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the server hands on what stopped it: end as by Ctrl-C
    try:
        announce(f"http://{name}:{guard.port}/")
        server(site).run(sockets=[listener])
    except KeyboardInterrupt:
        pass  # the server has closed before it hands the signal on
    finally:
        listener.close()
        site.solver.end()
