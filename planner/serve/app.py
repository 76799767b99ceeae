"""Addresses and methods of `plan serve`.

GET  /                     plans and scenarios
GET  /results/NAME         the report of a plan
GET  /compare?plan=A&plan=B
GET  /scenarios/NAME       form of a new solve; POST starts it
GET  /solve                the solve that runs or ran last; /solve/events: its lines as they come; POST /solve/stop
GET  /sign-in              where a key is wanted; POST gives it
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from planner.report.page import plain
from planner.results.folder import ResultsError, read_summary
from planner.serve import forms, pages
from planner.serve.guard import Guard
from planner.serve.phrases import PHRASES, phrase, told
from planner.serve.rows import row
from planner.serve.shelf import Shelf
from planner.serve.solves import Busy, Solve, Solver
from planner.serve.wall import Wall
from planner.words import Lang

LONGEST_FORM_BYTES = 16_384
SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_AFTER_A_WRONG_KEY = 1.0
ENDED_BY_ITSELF = {0, 2, 3, 4, 6}  # exit codes of a solve that was not stopped, whatever was asked meanwhile


@dataclass
class Site:
    """What the pages are of."""

    results: Shelf
    scenarios: Shelf
    guard: Guard
    solver: Solver = field(default_factory=Solver)
    ending: Callable[[], bool] = bool

    def app(self) -> Starlette:
        """The application; every request passes the wall first."""
        routes = [
            Route("/", self.index),
            Route("/results/{name}", self.report),
            Route("/compare", self.compare),
            Route("/scenarios/{name}", self.form, methods=["GET"]),
            Route("/scenarios/{name}", self.start, methods=["POST"]),
            Route("/solve", self.solve),
            Route("/solve/events", self.events),
            Route("/solve/stop", self.stop, methods=["POST"]),
            Route("/sign-in", self.sign_in, methods=["GET"]),
            Route("/sign-in", self.signing_in, methods=["POST"]),
            Route("/serve.css", self.style),
            Route("/serve.js", self.script),
        ]
        handlers = {HTTPException: self.failed, ResultsError: self.unreadable, Exception: self.broken}
        return Starlette(routes=routes, middleware=[Middleware(Wall, guard=self.guard)], exception_handlers=handlers)

    # --- plans --------------------------------------------------------------------------------------------------------

    def index(self, request: Request) -> Response:
        """The table of plans, and the scenarios."""
        lang = language(request)
        rows = [row(self.results.root / name, self.scenarios.root, lang) for name in self.results.names()]
        scenarios = self.scenarios.names()
        return self._page(
            request,
            "index.html",
            rows=rows,
            scenarios=scenarios,
            running=self.solver.last if self.solver.last and self.solver.last.runs else None,
            results_folder=str(self.results.root),
            scenarios_folder=str(self.scenarios.root),
        )

    def report(self, request: Request) -> Response:
        """The report of a plan, made when it is asked for."""
        folder = self.results.find(request.path_params["name"]) or _nothing()
        return _document(pages.report(folder, language(request)))

    def compare(self, request: Request) -> Response:
        """Two or more plans side by side."""
        names = list(dict.fromkeys(request.query_params.getlist("plan")))
        folders = [self.results.find(name) or _nothing() for name in names]
        return _document(pages.comparison(folders, language(request)))

    # --- solving ------------------------------------------------------------------------------------------------------

    def form(self, request: Request) -> Response:
        """The form of a new solve, with the targets of the plan in `like` if one is named."""
        scenario = self.scenarios.find(request.path_params["name"]) or _nothing()
        plan = request.query_params.get("like")
        like: dict[str, object] = {}
        if plan is not None:
            like = read_summary(self.results.find(plan) or _nothing()).get("target") or {}
        return self._form(request, scenario.name, forms.blank(scenario, like))

    async def start(self, request: Request) -> Response:
        """Start a solve."""
        given = await sent(request, self.guard)
        return await run_in_threadpool(self._start, request, given)

    def _start(self, request: Request, given: dict[str, str]) -> Response:
        lang = language(request)
        scenario = self.scenarios.find(request.path_params["name"]) or _nothing()
        form, targets = forms.filled(given, lang)
        root = self.results.root
        name, taken = forms.new_name(form.fields["name"], scenario.name, targets, root, lang)
        faults = form.faults or (*taken, *forms.refused(scenario, targets))
        if faults:
            return self._form(request, scenario.name, forms.Form(form.fields, faults), status_code=422)
        try:
            self.solver.start(scenario, root / name, targets)
        except Busy:
            return self._error(request, 409, phrase("busy", lang), watch=True)
        return RedirectResponse("/solve", status_code=303)

    def solve(self, request: Request) -> Response:
        """The solve that runs or ran last."""
        lang, solve = language(request), self.solver.last
        lines = [told(line, lang) for line in solve.lines] if solve else []
        written = solve is not None and not solve.runs and self.results.find(solve.out) is not None
        return self._page(
            request, "solve.html", solve=solve, lines=lines, outcome=outcome(solve, written, lang), written=written
        )

    async def events(self, request: Request) -> Response:
        """The lines of the solve as server-sent events, from the one after Last-Event-ID on; then `end`."""
        solve = self.solver.last or _nothing()
        seen = request.headers.get("last-event-id", "")
        first = int(seen) + 1 if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0
        stream = self._told(solve, first, language(request))
        return StreamingResponse(stream, media_type="text/event-stream")

    async def _told(self, solve: Solve, first: int, lang: Lang) -> AsyncIterator[str]:
        while not self.ending():
            ended = not solve.runs
            lines = solve.lines[first:]
            for n, line in enumerate(lines, start=first):
                yield f"id: {n}\ndata: {plain(told(line, lang))}\n\n".replace("\r", "")
            first += len(lines)
            if ended:
                yield "event: end\ndata:\n\n"
                return
            yield f"event: time\ndata: {phrase('seconds', lang, n=round(solve.age))}\n\n"
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    async def stop(self, request: Request) -> Response:
        """Stop the solve that runs."""
        await sent(request, self.guard)
        if self.solver.last is not None and self.solver.last.runs:
            self.solver.last.stop()
        return RedirectResponse("/solve", status_code=303)

    # --- who, how it looks, what went wrong ---------------------------------------------------------------------------

    def sign_in(self, request: Request) -> Response:
        """Where the key is given."""
        if self.guard.key is None:
            _nothing()
        return self._page(request, "sign_in.html", wrong=False)

    async def signing_in(self, request: Request) -> Response:
        """Compare the key; a wrong one costs a second."""
        given = await sent(request, self.guard)
        if not self.guard.is_key(given.get("key", "")):
            await asyncio.sleep(SECONDS_AFTER_A_WRONG_KEY)
            return self._page(request, "sign_in.html", status_code=403, wrong=True)
        answer = RedirectResponse("/", status_code=303)
        request.state.cookie = self.guard.signed_in(request.state.session)
        return answer

    def style(self, request: Request) -> Response:
        """The style of the pages."""
        return Response(pages.source("serve.css"), media_type="text/css")

    def script(self, request: Request) -> Response:
        """The script of the pages."""
        return Response(pages.source("serve.js"), media_type="text/javascript")

    def failed(self, request: Request, error: Exception) -> Response:
        """A page that says what was refused."""
        assert isinstance(error, HTTPException)
        answer = self._error(request, error.status_code)
        answer.headers.update(error.headers or {})
        return answer

    def unreadable(self, request: Request, error: Exception) -> Response:
        """Results that cannot be shown, and why."""
        return self._error(request, 422, str(error))

    def broken(self, request: Request, error: Exception) -> Response:
        """A fault of ours; the terminal has its trace."""
        return self._error(request, 500)

    def _form(self, request: Request, scenario: str, form: forms.Form, status_code: int = 200) -> Response:
        return self._page(request, "form.html", status_code, scenario=scenario, form=form)

    def _error(self, request: Request, code: int, said: str = "", watch: bool = False) -> Response:
        lang = language(request)
        key = f"error.{code}" if f"error.{code}" in PHRASES else "error.400"
        return self._page(request, "error.html", code, code=code, said=said or phrase(key, lang), watch=watch)

    def _page(self, request: Request, template: str, status_code: int = 200, **shown: Any) -> Response:
        lang = language(request)
        token = self.guard.form_token(request.state.session)
        other = request.url.include_query_params(lang="en" if lang == "zh" else "zh")
        switch = f"{other.path}?{other.query}" if request.method in ("GET", "HEAD") else ""
        body = pages.page(template, lang, token=token, switch=switch, **shown)
        return HTMLResponse(body, status_code, headers={"content-security-policy": pages.OWN_POLICY})


def outcome(solve: Solve | None, written: bool, lang: Lang) -> str:
    """How a solve ended, in words; nothing while it runs."""
    if solve is None or solve.code is None:
        return ""
    if solve.asked_to_stop and solve.code not in ENDED_BY_ITSELF:
        return phrase("end.stopped_with" if written else "end.stopped_without", lang)
    if f"end.{solve.code}" in PHRASES:
        return phrase(f"end.{solve.code}", lang)
    return phrase("end.broken", lang, code=solve.code)


def language(request: Request) -> Lang:
    """Asked for in the address, chosen before, or what the browser prefers."""
    asked = request.query_params.get("lang") or request.cookies.get("plan_serve_lang")
    if asked in ("en", "zh"):
        return "zh" if asked == "zh" else "en"
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"


async def sent(request: Request, guard: Guard) -> dict[str, str]:
    """The fields of a form of ours; raises HTTPException where it is not, or too long."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM_BYTES:
            raise HTTPException(413)
    try:
        fields = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=32))
    except ValueError:
        raise HTTPException(400) from None
    if not guard.is_form_token(fields.get("token", ""), request.state.session):
        raise HTTPException(403)
    return fields


def _document(text: str) -> Response:
    return HTMLResponse(text, headers={"content-security-policy": pages.policy_of(text)})


def _nothing() -> NoReturn:
    raise HTTPException(404)
