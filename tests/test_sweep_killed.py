"""Sweeps that are killed, stopped and disturbed, against the same sweep left alone."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from planner.sweep.table import untimed
from tests.programs import needed
from tests.sweep_cases import finished, journal, plan_process, rows, running, wait_until, write_portfolio

COUNT, ON_CLUSTER = 24, 6
GAP = 1e-6  # of two-measures


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_portfolio(tmp_path_factory.mktemp("sweep") / "scenarios", COUNT)


@pytest.fixture(scope="module")
def undisturbed(portfolio: Path) -> Path:
    out = portfolio.parent / "undisturbed"
    code, _, err = finished("sweep", portfolio, "--out", out, "--no-naive", "--jobs", 2, "--quiet")
    assert code == 0, err
    return out


def test_killed_three_times_and_resumed_gives_the_same_bytes(portfolio: Path, undisturbed: Path) -> None:
    out = portfolio.parent / "killed"
    words = ("sweep", portfolio, "--out", out, "--no-naive", "--jobs", 2, "--quiet")
    for ended in (4, 10, 16):
        with plan_process(*words) as sweep:
            wait_until(lambda ended=ended: len(journal(out)) >= ended or sweep.poll() is not None)
            sweep.kill()
        assert sweep.returncode == -signal.SIGKILL
        with (out / ".sweep.jsonl").open("ab") as lines:
            lines.write(b'{"case": "case-0')  # the line that was being written
    code, _, err = finished(*words)
    assert code == 0, err
    names = [f"case-{n:02}" for n in range(COUNT)]
    assert sorted(line["case"] for line in journal(out)) == names, "what has ended is not done again"
    assert sorted(path.name for path in out.iterdir() if path.name != ".sweep.jsonl") == sorted(
        path.name for path in undisturbed.iterdir() if path.name != ".sweep.jsonl"
    )
    for name in names:
        assert untimed(out / name) == untimed(undisturbed / name), name
    for name in ("sweep.json", "sweep.csv"):
        assert (out / name).read_bytes() == (undisturbed / name).read_bytes()
    assert len({row["net_present_cost"] for row in rows(out).values()}) == COUNT, "they are different scenarios"


def test_interrupt_stops_cleanly_and_resumes(portfolio: Path) -> None:
    out = portfolio.parent / "interrupted"
    words = ("sweep", *(portfolio / f"case-{n:02}" for n in range(3)), "--out", out, "--no-naive", "--jobs", 1)
    with plan_process(*words) as sweep:
        wait_until(lambda: len(journal(out)) >= 1)
        sweep.send_signal(signal.SIGINT)
        said = sweep.communicate()[1]
    assert sweep.returncode == 130
    assert "of 3 have ended; the same command solves the rest" in said
    assert [row["status"] for row in rows(out).values()][::2] == ["optimal", "pending"]
    code, _, err = finished(*words)
    assert code == 0, err
    assert sorted(line["case"] for line in journal(out)) == ["case-00", "case-01", "case-02"]


def dask(part: str, folder: Path, *words: str) -> list[str]:
    file = ["--scheduler-file", str(folder / "scheduler.json"), "--no-dashboard"]
    return [sys.executable, "-m", f"distributed.cli.dask_{part}", *file, *words]


@contextmanager
def cluster(folder: Path, workers: int, *words: str) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers on loopback: the address, and the workers."""
    folder.mkdir()
    with ExitStack() as living:
        at = ("--host", "127.0.0.1", *words)
        port = ("--port", "0", "--dashboard-address", "127.0.0.1:0")
        living.enter_context(running(dask("scheduler", folder, *at, *port), folder / "scheduler.log"))
        wait_until((folder / "scheduler.json").is_file)
        one = ("--nthreads", "1", "--no-nanny", *at)
        started = [
            living.enter_context(
                running(
                    dask("worker", folder, *one, "--local-directory", str(folder / f"{n}")), folder / f"worker{n}.log"
                )
            )
            for n in range(workers)
        ]
        yield json.loads((folder / "scheduler.json").read_text())["address"], started


def test_a_cluster_that_loses_a_worker_finds_the_same_plans(portfolio: Path, undisturbed: Path) -> None:
    out = portfolio.parent / "cluster"
    cases = [portfolio / f"case-{n:02}" for n in range(ON_CLUSTER)]
    with cluster(portfolio.parent / "dask", 2) as (address, workers):
        with plan_process("sweep", *cases, "--out", out, "--no-naive", "--cluster", address) as sweep:
            wait_until(lambda: len(journal(out)) >= 1 or sweep.poll() is not None)
            workers[0].kill()
            said = sweep.communicate()
        assert sweep.returncode == 0, "\n".join(said)
    alone, found = rows(undisturbed), rows(out)
    assert len(found) == ON_CLUSTER
    for name, row in found.items():
        assert row["status"] == "optimal"
        assert (row["stars"], row["durable_stars"]) == (alone[name]["stars"], alone[name]["durable_stars"])
        assert row["net_present_cost"] == pytest.approx(alone[name]["net_present_cost"], rel=GAP)
        assert untimed(out / name).keys() == untimed(undisturbed / name).keys()
    code, _, _ = finished("verify", out / "case-00")
    assert code == 0, "results that came back are a results folder like any other"


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def certificates(folder: Path, name: str) -> tuple[str, str, str]:
    """An authority of that name and a certificate that it signs: CA, certificate, key."""
    needed("openssl")
    own, day = ("-newkey", "rsa:2048", "-nodes"), ("-days", "2")
    openssl(
        folder, "req", "-x509", *own, *day, "-subj", f"/CN={name}", "-keyout", f"{name}.ca.key", "-out", f"{name}.ca"
    )
    openssl(folder, "req", *own, "-subj", "/CN=localhost", "-keyout", f"{name}.key", "-out", f"{name}.csr")
    signed = ("-CA", f"{name}.ca", "-CAkey", f"{name}.ca.key", "-CAcreateserial", "-out", f"{name}.pem")
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", *day, *signed)
    return str(folder / f"{name}.ca"), str(folder / f"{name}.pem"), str(folder / f"{name}.key")


def test_a_cluster_behind_tls_and_a_stranger(portfolio: Path, tmp_path: Path) -> None:
    assert shutil.which("openssl"), "makes its certificates with openssl: apt-get install openssl"
    ours, strange = certificates(tmp_path, "ours"), certificates(tmp_path, "strange")
    server = ("--protocol", "tls", "--tls-ca-file", ours[0], "--tls-cert", ours[1], "--tls-key", ours[2])
    words = ("sweep", portfolio / "case-00", "--out", tmp_path / "out", "--no-naive")
    with cluster(tmp_path / "dask", 1, *server) as (address, _):
        assert address.startswith("tls://127.0.0.1:")
        for files, wanted in ((strange, 5), (ours, 0)):
            tls = zip(("--tls-ca", "--tls-cert", "--tls-key"), files, strict=True)
            code, out, err = finished(*words, "--cluster", address, *(word for pair in tls for word in pair))
            assert code == wanted, out + err
            if wanted:
                assert "no Dask scheduler answers" in err
                assert rows(tmp_path / "out")["case-00"]["status"] == "pending"
    assert rows(tmp_path / "out")["case-00"]["status"] == "optimal"
