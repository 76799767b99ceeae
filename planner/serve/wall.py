"""What every request passes before any page is asked: host, origin, sign-in; and what every answer carries."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from planner.serve.guard import Guard

HEADERS = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",  # no-referrer would make the Origin of our own forms null
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
POLICY = "default-src 'none'; frame-ancestors 'none'"
OPEN = {"/sign-in", "/serve.css"}  # without a key
SAFE = {"GET", "HEAD"}


class Wall:
    """ASGI middleware: refuses what is not ours, gives each answer its headers and each visitor a session."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self.app, self.guard = app, guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with a refusal."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        cookie = _cookie(headers, self.guard.cookie)
        session = self.guard.session(cookie)
        state = scope.setdefault("state", {})
        state["session"] = session
        language = QueryParams(scope["query_string"]).get("lang")
        refused = self._refused(scope, headers, cookie)

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in {"content-security-policy": POLICY, **HEADERS}.items():
                    answer.setdefault(name, value)
                if refused is not None:
                    return await send(message)
                signed = state.get("cookie")
                if signed or session != (cookie or "").partition(".")[0]:
                    answer.append("set-cookie", f"{self.guard.cookie}={signed or session}; {COOKIE}")
                if language in ("en", "zh"):
                    answer.append("set-cookie", f"plan_serve_lang={language}; {COOKIE}")
            await send(message)

        if refused is None:
            await self.app(scope, receive, sealed)
        else:
            await _answer(sealed, *refused)

    def _refused(
        self, scope: Scope, headers: Headers, cookie: str | None
    ) -> tuple[HTTPStatus, str, Mapping[str, str]] | None:
        """Why the request goes no further: status, words, headers."""
        host = headers.get("host")
        if len(headers.getlist("host")) != 1 or host is None or not self.guard.knows_host(host):
            return HTTPStatus.MISDIRECTED_REQUEST, "This server is not reached under that name.", {}
        if scope["method"] not in SAFE and not self.guard.is_own_origin(headers.get("origin"), host):
            return HTTPStatus.FORBIDDEN, "The request did not come from a page of this server.", {}
        if not self.guard.may_enter(cookie) and scope["path"] not in OPEN:
            return HTTPStatus.SEE_OTHER, "Sign in first.", {"location": "/sign-in"}
        return None


COOKIE = "Path=/; HttpOnly; SameSite=Strict"


def _cookie(headers: Headers, name: str) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return None if found is None else found.value


async def _answer(send: Send, status: HTTPStatus, words: str, headers: Mapping[str, str]) -> None:
    body = f"{words}\n".encode()
    fields = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), **headers}
    raw = [(name.encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": int(status), "headers": raw})
    await send({"type": "http.response.body", "body": body})
