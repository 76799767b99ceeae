from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from planner.cli import main
from planner.solving.preparing import Settings
from planner.sweep import cluster
from planner.sweep.address import AddressError, At, Tls, checked, host_of
from planner.sweep.jobs import Ended, How, Job, portfolio, scenario_files
from planner.sweep.parcel import ParcelError, Returned, packed, solve_parcel, unpacked
from planner.sweep.sweeping import SweepError
from tests.sweep_cases import write_case

HOW = How(Settings(threads=1), naive=False)
FILES = Tls(Path("ca.pem"), Path("cert.pem"), Path("key.pem"))


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return portfolio(scenario_files([write_case(tmp_path, "a")]), HOW).jobs[0]


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Returned:
    there = tmp_path_factory.mktemp("there")
    found = solve_parcel(packed(portfolio(scenario_files([write_case(there / "sent", "a")]), HOW).jobs[0]), there)
    assert [path.name for path in there.iterdir()] == ["sent"], "nothing is left where it was solved"
    return found


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:8786", "tcp://[::1]:8786", "tcp://localhost:1", "tcp://127.9.8.7:1"]
)
def test_loopback_needs_no_tls(address: str) -> None:
    assert checked(address, Tls()) == At(address, None)


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.5",
        "0.0.0.0",
        "[::]",
        "scheduler",
        "localhost.example.org",
        "127.0.0.1.example.org",
        "127.1",
        "[::ffff:10.0.0.1]",
    ],
)
def test_anything_else_does(host: str) -> None:
    with pytest.raises(AddressError, match=r"is not this machine.*start the cluster with TLS"):
        checked(f"tcp://{host}:8786", Tls())
    assert checked(f"tls://{host}:8786", FILES).tls == FILES


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:8786", "tcp://127.0.0.1", "tcp://127.0.0.1:0", "tcp://127.0.0.1:99999", "ucx://127.0.0.1:1", "tcp://a@127.0.0.1:1",
     "tcp://127.0.0.1:1/x", "tcp://127.0.0.1@example.org:1", "tcp://127.0.0.1:1\n", "inproc://1", ""],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(AddressError, match="wanted tls://HOST:PORT"):
        checked(address, Tls())


def test_tls_needs_all_its_files_and_tcp_none() -> None:
    with pytest.raises(AddressError, match="needs --tls-cert, --tls-key too"):
        checked("tls://a:1", Tls(ca=Path("ca.pem")))
    with pytest.raises(AddressError, match=r"--tls-ca is given: wanted tls://"):
        checked("tcp://127.0.0.1:1", FILES)


def test_the_command_refuses_before_it_connects(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = CliRunner().invoke(main, ["sweep", str(job.scenario), "--cluster", "tcp://192.0.2.1:8786"])
    assert done.exit_code == 2
    assert "neither encrypted nor authenticated" in done.stderr
    both = CliRunner().invoke(main, ["sweep", str(job.scenario), "--cluster", "tcp://127.0.0.1:8786", "--jobs", "2"])
    assert both.exit_code == 2


def test_without_dask_the_extra_is_named(job: Job, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SweepError, match=r"pip install -e '\.\[cluster\]'"):
        list(cluster.on_cluster(At("tcp://127.0.0.1:1", None))([job], tmp_path))


def test_a_worker_on_another_machine_gets_nothing_without_tls(
    job: Job, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Far:
        closed = False

        def wait_for_workers(self, count: int, timeout: float) -> None:
            pass

        def nthreads(self) -> dict[str, int]:
            return {"tcp://127.0.0.1:4001": 1, "tcp://192.0.2.7:4001": 1}

        def close(self) -> None:
            self.closed = True

    far = Far()
    monkeypatch.setattr("distributed.Client", lambda *words, **named: far)
    with pytest.raises(SweepError, match=r"192.0.2.7:4001 is not this machine.*nothing was sent"):
        list(cluster.on_cluster(At("tcp://127.0.0.1:1", None))([job], tmp_path))
    assert far.closed
    assert host_of("nonsense") == ""


def test_no_scheduler_is_told(job: Job, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    with pytest.raises(SweepError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9"):
        list(cluster.on_cluster(At("tcp://127.0.0.1:9", None))([job], tmp_path))


# --- parcels ----------------------------------------------------------------------------------------------------------


def test_a_parcel_goes_out_and_comes_back_whole(job: Job, returned: Returned, tmp_path: Path) -> None:
    assert returned.ended.code == 0
    assert unpacked(job, returned, tmp_path / "out" / "a") == returned.ended
    found = {path.name: path.read_bytes() for path in (tmp_path / "out" / "a").iterdir()}
    assert {name: data for name, data in found.items() if name != "summary.json"} == {
        name: data for name, data in returned.files.items() if name != "summary.json"
    }
    verified = CliRunner().invoke(main, ["verify", str(tmp_path / "out" / "a")])
    assert verified.exit_code == 0, verified.output
    assert "not there" not in verified.output, "the scenario is found where it is here"


@pytest.mark.parametrize(
    "name", ["../evil", "/tmp/evil", "a/b", "a\\b", "..", ".hidden", "", "C:evil", "summary.json/../x", "x\n"]
)
def test_a_name_that_leads_elsewhere_is_refused(job: Job, returned: Returned, tmp_path: Path, name: str) -> None:
    with pytest.raises(ParcelError, match="refused"):
        unpacked(job, replace(returned, files={**returned.files, name: b""}), tmp_path / "out" / "a")
    assert not (tmp_path / "out").exists()


def test_other_bytes_and_missing_files_are_refused(job: Job, returned: Returned, tmp_path: Path) -> None:
    without = {name: data for name, data in returned.files.items() if name != "cash.csv"}
    bad = [
        ({**returned.files, "cash.csv": b"x"}, "other bytes"),
        ({**returned.files, "more.csv": b"x"}, "other bytes"),
        (without, "cash.csv did not come back"),
        ({}, "no readable summary.json"),
        ({"summary.json": b"{}"}, "none that a solve writes"),
    ]
    for files, wanted in bad:
        with pytest.raises(ParcelError, match=wanted):
            unpacked(job, replace(returned, files=files), tmp_path / "out" / "a")
    assert not (tmp_path / "out").exists()


def test_a_worker_of_another_version_is_told_apart(job: Job) -> None:
    sent = packed(job)
    older = replace(sent, program={**sent.program, "highspy": "1.14.0"})
    found = solve_parcel(older)
    assert found.ended.code == 2
    assert "another program: highspy is" in found.ended.words
    assert found.files == {}


def test_a_solve_without_results_brings_its_words(job: Job, tmp_path: Path) -> None:
    assert unpacked(job, Returned(Ended(5, "no plan"), {}), tmp_path / "none") == Ended(5, "no plan")
    assert not (tmp_path / "none").exists()


def test_files_that_changed_since_they_were_hashed_are_not_sent(job: Job) -> None:
    with job.scenario.open("a") as file:
        file.write("# changed\n")
    with pytest.raises(ParcelError, match=r"scenario.toml changed during the sweep"):
        packed(job)


def test_files_beside_the_scenario_travel_with_it(tmp_path: Path) -> None:
    values = 'carrier = "hot_water"\nvalues = [1.0, 0.0]'
    folder = write_case(tmp_path, "a", (values, 'carrier = "hot_water"\nfile = "data/heat.csv"\nunit = "MW"'))
    (folder / "data").mkdir()
    (folder / "data" / "heat.csv").write_text("heat\n1.0\n0.0\n")
    found = portfolio(scenario_files([folder]), HOW)
    assert found.unread == {}
    sent = packed(found.jobs[0])
    assert sent.files["data/heat.csv"] == b"heat\n1.0\n0.0\n"
    assert solve_parcel(sent, tmp_path).ended.code == 0
