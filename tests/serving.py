"""A server of `plan serve` in a thread, over folders of its own, and requests to it that no client tidies up."""

from __future__ import annotations

import http.client
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from planner.serve.app import Site
from planner.serve.guard import binding
from planner.serve.listening import opened, server
from planner.serve.shelf import results_shelf, scenarios_shelf

SCENARIOS = Path(__file__).parent.parent / "scenarios"
SECONDS = 120.0  # for an answer, on a busy machine
FORM = "application/x-www-form-urlencoded"


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: str


@dataclass
class Visitor:
    """A browser's memory: cookies, and the form token of the last page."""

    site: Site
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.site.guard.port}"

    def ask(self, method: str, path: str, body: str | None = None, **headers: str | None) -> Answer:
        """A request with the path as it stands; a header named None is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.site.guard.port, timeout=SECONDS)
        sent = {"host": self.host, "cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            if value:
                connection.putheader(name, value)
        if body is not None:
            connection.putheader("content-length", str(len(body.encode())))
        connection.endheaders(None if body is None else body.encode())
        found = connection.getresponse()
        answer = Answer(found.status, found.headers, found.read().decode())
        connection.close()
        self._remember(answer)
        return answer

    def get(self, path: str, **headers: str | None) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str | None) -> Answer:
        """A form as a page of this server sends it."""
        given = {"token": self.token, **(fields or {})}
        own = {"origin": f"http://{self.host}", "content_type": FORM}
        return self.ask("POST", path, urlencode(given), **(own | headers))

    def _remember(self, answer: Answer) -> None:
        for line in answer.headers.get_all("set-cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        token = re.search(r'name="token" value="([^"]*)"', answer.body)
        self.token = token[1] if token else self.token


@contextmanager
def served(results: Path, scenarios: Path, key: str | None = None) -> Iterator[Site]:
    """A running server."""
    listener, guard = opened(binding("127.0.0.1", 0, False, key))
    site = Site(results_shelf(results), scenarios_shelf(scenarios), guard)
    running = server(site)
    thread = threading.Thread(target=lambda: running.run(sockets=[listener]))
    thread.start()
    try:
        while not running.started:
            time.sleep(0.01)
        yield site
    finally:
        running.should_exit = True
        thread.join()
        listener.close()
        site.solver.end()


def two_measures(folder: Path) -> Path:
    """A folder of scenarios with the smallest of ours."""
    shutil.copytree(SCENARIOS / "two-measures", folder / "two-measures")
    return folder


def ended(site: Site, seconds: float = SECONDS) -> int:
    """Exit code of the solve, once it has ended."""
    until = time.monotonic() + seconds
    while site.solver.last is None or site.solver.last.code is None:
        assert time.monotonic() < until, site.solver.last
        time.sleep(0.05)
    return site.solver.last.code
