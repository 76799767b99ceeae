"""`plan serve` as a client sees it that no browser holds back: foreign names, foreign pages, paths, methods, lengths."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import Mock
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from planner.cli import main
from planner.results.folder import summary_bytes
from planner.scenario.starter import write_starter
from planner.serve.app import Site, outcome
from planner.serve.guard import BindingRefused, binding
from planner.serve.pages import policy_of
from planner.serve.phrases import PHRASES
from planner.serve.rows import NONE, row
from planner.serve.shelf import leads_out, may_be_new, results_shelf, scenarios_shelf
from planner.serve.solves import PROGRAM, Solve
from tests.report_case import CLOSING, IMAGE, report_case
from tests.serving import FORM, SECONDS, Visitor, ended, served, two_measures

KEY = "a long enough key, said once"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two plans with names to break a page, one folder that is no plan, and one that cannot be read."""
    root = tmp_path_factory.mktemp("serve")
    results = root / "results"
    results.mkdir()
    report_case(root / "made").rename(results / "dyehouse")
    shutil.copytree(results / "dyehouse", results / "other")
    (results / "notes").mkdir()
    (results / "broken").mkdir()
    (results / "broken" / "summary.json").write_text("{", encoding="utf-8")
    (root / "secret").mkdir()
    (root / "secret" / "summary.json").write_text('{"status": "kept apart"}', encoding="utf-8")
    (results / "linked").symlink_to(root / "secret", target_is_directory=True)
    shutil.copytree(results / "dyehouse", results / "leaking")
    (results / "leaking" / "studies" / "myopic.json").symlink_to(root / "secret" / "summary.json")
    with served(results, two_measures(root / "scenarios")) as running:
        yield running


@pytest.fixture
def visitor(site: Site) -> Visitor:
    return Visitor(site)


# --- names and paths --------------------------------------------------------------------------------------------------


def test_only_plans_that_lie_in_the_folder_are_shown(site: Site, visitor: Visitor) -> None:
    assert site.results.names() == ["broken", "dyehouse", "other"]
    page = visitor.get("/").body
    assert "kept apart" not in page
    assert "not readable" in page


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../secret",
        "..%2fsecret",
        "%2e%2e%2fsecret",
        "%2e%2e/secret",
        "..%5csecret",
        "dyehouse/../../secret",
        "dyehouse%2f..%2f..%2fsecret",
        "dyehouse/summary.json",
        "dyehouse%00",
        "dyehouse%0a",
        ".",
        "linked",
        "leaking",
        "notes",
        "DYEHOUSE",
        "%ff",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "nothing",
    ],
)
def test_a_name_that_is_not_there_leads_nowhere(visitor: Visitor, name: str) -> None:
    for path in (f"/results/{name}", f"/compare?plan=dyehouse&plan={name}", f"/scenarios/two-measures?like={name}"):
        answer = visitor.get(path)
        assert answer.status == 404, path
        assert "kept apart" not in answer.body


@pytest.mark.parametrize("name", ["..", "%2e%2e%2fresults%2fdyehouse", "nothing", "two-measures%2f..%2ftwo-measures"])
def test_only_scenarios_that_are_there_are_solved(visitor: Visitor, name: str) -> None:
    visitor.get("/scenarios/two-measures")
    assert visitor.get(f"/scenarios/{name}").status == 404
    assert visitor.post(f"/scenarios/{name}").status == 404
    assert visitor.site.solver.last is None


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "..", ".x", "x.", "X", "a" * 65, "x\ny", "-x", "x-", "nul", "x y", "é"]
)
def test_new_folders_have_plain_names(visitor: Visitor, name: str) -> None:
    visitor.get("/scenarios/two-measures")
    answer = visitor.post("/scenarios/two-measures", {"name": name})
    assert not may_be_new(name)
    assert answer.status == 422
    assert visitor.site.solver.last is None


@pytest.mark.parametrize("name", ["dyehouse", "notes", "linked"])
def test_what_is_there_is_not_replaced(visitor: Visitor, name: str) -> None:
    visitor.get("/scenarios/two-measures")
    answer = visitor.post("/scenarios/two-measures", {"name": name})
    assert answer.status == 422
    assert "is there already" in answer.body


def test_links_inside_a_folder_are_none_that_lead_out(tmp_path: Path) -> None:
    (tmp_path / "plan" / "studies").mkdir(parents=True)
    (tmp_path / "plan" / "summary.json").write_text("{}", encoding="utf-8")
    (tmp_path / "plan" / "again.json").symlink_to("summary.json")
    assert not leads_out(tmp_path / "plan")
    assert results_shelf(tmp_path).names() == ["plan"]
    (tmp_path / "plan" / "studies" / "up").symlink_to(tmp_path, target_is_directory=True)
    assert leads_out(tmp_path / "plan")
    assert results_shelf(tmp_path).names() == []
    assert results_shelf(tmp_path / "nowhere").names() == []


# --- who asks ---------------------------------------------------------------------------------------------------------


def test_a_foreign_name_is_refused(visitor: Visitor) -> None:
    port = visitor.site.guard.port
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1",
        f"127.0.0.1:{port + 1}",
        f"127.0.0.2:{port}",
        None,
    ):
        answer = visitor.get("/", host=host)
        assert answer.status in (400, 421), host
        assert "dyehouse" not in answer.body
        assert answer.headers.get("set-cookie") is None
    for host in (f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}"):
        assert visitor.get("/", host=host).status == 200


def test_a_form_of_another_page_is_refused(visitor: Visitor) -> None:
    port = visitor.site.guard.port
    visitor.get("/scenarios/two-measures")
    for origin in (None, "null", "https://evil.example", f"http://localhost:{port}", f"http://127.0.0.1:{port + 1}"):
        for path in ("/scenarios/two-measures", "/solve/stop"):
            assert visitor.post(path, origin=origin).status == 403, origin
    assert visitor.site.solver.last is None


def test_a_form_without_the_token_of_its_session_is_refused(visitor: Visitor) -> None:
    visitor.get("/scenarios/two-measures")
    other = Visitor(visitor.site)
    other.get("/scenarios/two-measures")
    assert other.token != visitor.token
    for token in ("", "0" * 64, "é", other.token):
        for path in ("/scenarios/two-measures", "/solve/stop"):
            assert visitor.post(path, {"token": token}).status == 403
    assert visitor.post("/scenarios/two-measures", cookie=None).status == 403
    assert visitor.site.solver.last is None


def test_other_methods_are_refused(visitor: Visitor) -> None:
    visitor.get("/scenarios/two-measures")
    own = {"origin": f"http://{visitor.host}", "content_type": FORM}
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        for path in ("/", "/results/dyehouse", "/scenarios/two-measures", "/solve/stop"):
            assert visitor.ask(method, path, **own).status == 405, (method, path)
            assert visitor.ask(method, path).status == 403
    assert visitor.post("/").status == 405
    assert visitor.get("/solve/stop").status == 405
    assert visitor.ask("HEAD", "/").body == ""


def test_other_bodies_are_refused(visitor: Visitor) -> None:
    visitor.get("/scenarios/two-measures")
    for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x", None):
        assert visitor.post("/solve/stop", content_type=kind).status == 415
    assert visitor.post("/solve/stop", {"name": "x" * 20_000}).status == 413
    assert visitor.post("/solve/stop", {f"field{n}": "x" for n in range(40)}).status == 400
    with suppress(ConnectionResetError):  # the answer is lost where the server closes before it has all of the line
        assert visitor.get("/" + "x" * 100_000).status in (400, 404, 414)
    assert visitor.get("/").status == 200


def test_every_answer_says_what_a_browser_may_do(visitor: Visitor) -> None:
    for path in ("/", "/results/dyehouse", "/compare?plan=dyehouse&plan=other", "/solve", "/nothing", "/serve.js"):
        headers = visitor.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers.get("server") is None
    assert "sandbox allow-scripts" in visitor.get("/results/dyehouse").headers["content-security-policy"]
    assert policy_of("<p>") == "default-src 'none'; frame-ancestors 'none'; sandbox allow-scripts"
    cookie = Visitor(visitor.site).get("/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_hostile_names_stay_text(visitor: Visitor) -> None:
    page = visitor.get("/?lang=en").body
    assert CLOSING not in page
    assert "&lt;/script&gt;" in page
    for name in map(quote, (IMAGE, CLOSING)):
        for path in (f"/results/{name}", f"/?lang={name}", f"/compare?plan={name}", f"/{name}"):
            body = visitor.get(path).body
            assert "<img" not in body
            assert "<script>" not in body


def test_a_key_is_wanted_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    with served(tmp_path / "results", tmp_path, KEY) as site:
        visitor = Visitor(site)
        for path in ("/", "/solve", "/results/x", "/solve/events"):
            answer = visitor.get(path)
            assert (answer.status, answer.headers["location"]) == (303, "/sign-in")
        assert visitor.post("/solve/stop").status == 303
        assert visitor.get("/sign-in").status == 200
        assert visitor.post("/sign-in", {"key": "a guess"}).status == 403
        assert visitor.get("/").status == 303
        assert visitor.post("/sign-in", {"key": KEY, "token": "x"}).status == 403
        visitor.get("/sign-in")
        assert visitor.post("/sign-in", {"key": KEY}).status == 303
        assert visitor.get("/").status == 200
        assert Visitor(site, dict(visitor.cookies)).get("/").status == 200
        mine = visitor.cookies[site.guard.cookie]
        forged = {site.guard.cookie: mine[:-1] + ("1" if mine.endswith("0") else "0")}
        forged_too = {site.guard.cookie: f"{'A' * 43}.{'0' * 64}"}
        assert {Visitor(site, one).get("/").status for one in (forged, forged_too)} <= {303}


@pytest.mark.parametrize(
    ("address", "remote", "key", "said"),
    [
        ("0.0.0.0", True, KEY, "every address"),
        ("::", True, KEY, "every address"),
        ("192.0.2.7", False, None, "--remote"),
        ("192.0.2.7", True, None, "--key-file"),
        ("192.0.2.7", False, KEY, "--remote"),
        ("192.0.2.7", True, "short", "16 plain letters"),
        ("127.0.0.1", False, "short", "16 plain letters"),
        ("example.org", True, KEY, "an address"),
    ],
)
def test_where_it_may_not_listen(address: str, remote: bool, key: str | None, said: str) -> None:
    with pytest.raises(BindingRefused, match=said):
        binding(address, 8765, remote, key)


def test_where_it_may_listen() -> None:
    assert binding("192.0.2.7", 8765, True, KEY).hosts == {"192.0.2.7:8765"}
    assert binding("::1", 80, False, None).knows_host("[::1]")
    assert not binding("127.0.0.1", 8765, False, None).knows_host("127.0.0.1")


# --- browsing ---------------------------------------------------------------------------------------------------------


def test_reports_and_comparisons_are_made_when_asked_for(visitor: Visitor) -> None:
    english, chinese = (visitor.get(f"/results/dyehouse?lang={lang}").body for lang in ("en", "zh"))
    assert '<html lang="en"' in english
    assert '<html lang="zh-CN"' in chinese
    assert "染厂" in chinese
    assert "染厂" in visitor.get("/").body  # the language stays chosen
    found = visitor.get("/compare?plan=dyehouse&plan=other&lang=en")
    assert found.status == 200
    assert "Plans compared" in found.body


@pytest.mark.parametrize(
    "path", ["/results/broken", "/compare", "/compare?plan=dyehouse", "/compare?plan=other&plan=other"]
)
def test_what_cannot_be_shown_says_why(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status == 422
    assert "readable JSON" in answer.body or "2 to 26" in answer.body


def test_the_browser_says_which_language(site: Site) -> None:
    assert "全部方案" in Visitor(site).get("/", accept_language="zh-CN,zh;q=0.9").body
    assert "All plans" in Visitor(site).get("/", accept_language="de").body
    assert all(english and chinese for english, chinese in PHRASES.values())


# --- solving ----------------------------------------------------------------------------------------------------------


def test_a_scenario_is_solved_with_other_targets(tmp_path: Path) -> None:
    results = tmp_path / "results"
    with served(results, two_measures(tmp_path / "scenarios")) as site:
        visitor = Visitor(site)
        form = visitor.get("/scenarios/two-measures").body
        assert 'name="stars" value="3"' in form
        asked = {"stars": "3", "year": "2029", "durable_stars": "3", "gap": "0.1", "time_limit_s": "30", "name": ""}
        faulty = visitor.post("/scenarios/two-measures", asked | {"year": "2050", "stars": "2"}).body
        assert "a year from 2027 to 2029" in faulty
        assert "a level of the standard" in faulty
        assert 'name="year" value="2050"' in faulty
        for field, text in (("gap", "a lot"), ("gap", "nan"), ("stars", "2.5"), ("time_limit_s", "-1"), ("gap", "100")):
            assert visitor.post("/scenarios/two-measures", asked | {field: text}).status == 422
        assert visitor.post("/scenarios/two-measures", asked).status == 303
        refused = visitor.post("/scenarios/two-measures", asked)
        assert refused.status == 409
        assert "one at a time" in refused.body
        ended(site)
        name = "two-measures-3-stars-2029-3-durable"
        assert site.results.names() == [name], site.solver.last
        summary = json.loads((results / name / "summary.json").read_text(encoding="utf-8"))
        assert (summary["target"]["stars"], summary["target"]["year"], summary["target"]["durable_stars"]) == (
            3,
            2029,
            3,
        )
        page = visitor.get("/solve").body
        assert f'href="/results/{name}"' in page
        events = visitor.get("/solve/events").body
        assert "solve 2 steps a year, 3 years" in events
        assert events.endswith("event: end\ndata:\n\n")
        last = events.count("id: ") - 1
        assert "id: " not in visitor.get("/solve/events", last_event_id=str(last)).body
        assert f'href="/scenarios/two-measures?like={name}"' in visitor.get("/").body
        again = visitor.get(f"/scenarios/two-measures?like={name}").body
        assert 'name="year" value="2029"' in again
        assert visitor.get(f"/results/{name}").status == 200


def test_a_solve_is_stopped_as_by_ctrl_c(tmp_path: Path) -> None:
    write_starter(tmp_path / "scenarios" / "mill")
    with served(tmp_path / "results", tmp_path / "scenarios") as site:
        visitor = Visitor(site)
        visitor.get("/scenarios/mill")
        assert visitor.post("/scenarios/mill", {"gap": "0", "name": "stopped"}).status == 303
        solve = site.solver.last
        assert solve is not None
        until = time.monotonic() + SECONDS
        while not any("steps a year" in line for line in solve.lines) and time.monotonic() < until:
            time.sleep(0.05)
        assert visitor.post("/solve/stop").status == 303
        code = ended(site)
        assert any("stopping" in line for line in solve.lines)
        written = site.results.find("stopped") is not None
        assert code == (130 if written else 5), solve.lines
        assert ("the plan in hand was written" in visitor.get("/solve").body) == written
        assert visitor.post("/solve/stop").status == 303  # nothing to stop


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_the_server_takes_its_solve_along(tmp_path: Path) -> None:
    write_starter(tmp_path / "scenarios" / "mill")
    arguments = [str(tmp_path / "results"), "--port=0", f"--scenarios={tmp_path / 'scenarios'}"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    started = [*PROGRAM, "serve", *arguments]
    with subprocess.Popen(started, stdout=subprocess.PIPE, env=environment, text=True) as server:
        assert server.stdout is not None
        port = re.match(r"http://127\.0\.0\.1:(\d+)/", server.stdout.readline())
        assert port is not None
        shelves = results_shelf(tmp_path / "results"), scenarios_shelf(tmp_path / "scenarios")
        visitor = Visitor(Site(*shelves, binding("127.0.0.1", int(port[1]), False, None)))
        visitor.get("/scenarios/mill")
        assert visitor.post("/scenarios/mill", {"gap": "0", "name": "taken-along"}).status == 303
        lock = tmp_path / "results" / ".taken-along.lock"
        until = time.monotonic() + SECONDS
        while not lock.exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert lock.exists()
        server.send_signal(signal.SIGTERM)
        assert server.wait(SECONDS) == 0
    assert not lock.exists()  # whoever wrote has ended


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["serve", str(tmp_path), "--host", "0.0.0.0"])
    assert done.exit_code == 2
    assert "every address" in done.output
    with served(tmp_path, tmp_path) as site:
        done = CliRunner().invoke(main, ["serve", str(tmp_path), "--port", str(site.guard.port)])
    assert done.exit_code == 2
    assert "another --port" in done.output


@pytest.mark.parametrize(
    ("code", "asked", "written", "said"),
    [
        (0, False, True, "Done"),
        (3, False, True, "Out of reach"),
        (4, False, True, "holding a plan"),
        (5, False, False, "without a plan"),
        (6, False, False, "failed verification"),
        (130, True, True, "the plan in hand was written"),
        (130, True, False, "nothing was written"),
        (5, True, False, "Stopped before there was a plan"),
        (4, True, True, "holding a plan"),
        (-2, True, False, "Stopped before there was a plan"),
        (1, False, False, "exit code 1"),
        (None, False, False, ""),
    ],
)
def test_how_a_solve_ended(code: int | None, asked: bool, written: bool, said: str) -> None:
    solve = Solve("mill", "mill-2", Mock(), code=code, asked_to_stop=asked)
    assert said in outcome(solve, written, "en")
    assert bool(outcome(solve, written, "zh")) == (code is not None)


@pytest.mark.parametrize(
    ("target", "stars"),
    [({"year": 2030, "until": 2032}, "4"), ({"year": 2032, "until": 2032}, "5"), ({}, "5"), ({"year": "x"}, NONE)],
)
def test_stars_are_the_fewest_of_the_target_years(tmp_path: Path, target: dict[str, object], stars: str) -> None:
    by_year = {"2029": 0, "2030": 4, "2031": 5, "2032": 5}
    summary = {"status": "optimal", "target": target, "stars": by_year, "net_present_cost": 3e8, "currency": "CNY"}
    (tmp_path / "summary.json").write_bytes(summary_bytes(summary))
    found = row(tmp_path, tmp_path, "zh")
    assert (found.stars, found.durable, found.cost) == (stars, NONE, "30,000 万元")


@pytest.mark.parametrize("value", ["a lot", True, [], {"a": "b"}, None])
def test_a_summary_of_other_kinds_is_a_row_of_dashes(tmp_path: Path, value: object) -> None:
    keys = ("status", "scenario", "target", "stars", "durable_stars", "net_present_cost", "gap", "currency")
    (tmp_path / "summary.json").write_bytes(summary_bytes(dict.fromkeys(keys, value)))
    found = row(tmp_path, tmp_path, "en")
    assert {found.cost, found.stars, found.durable, found.gap} == {NONE}
