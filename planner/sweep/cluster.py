"""A sweep on a Dask cluster (extra `cluster`): the scheduler hands parcels to workers, each solved there by a process.

A worker that dies costs its jobs one retry, by the scheduler or, where that gives up at once, by us. Files come back
through the connection to the scheduler; nothing here listens, and no disk is shared.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.solving.solve import BAD_INPUT
from planner.sweep.address import At, host_of, is_loopback
from planner.sweep.jobs import Ended, Job
from planner.sweep.parcel import Parcel, ParcelError, Returned, packed, solve_parcel, unpacked
from planner.sweep.process import ATTEMPTS
from planner.sweep.sweeping import SweepError

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_S = 10.0
FIRST_WORKER_S = 60.0


def on_cluster(at: At) -> Callable[[Sequence[Job], Path], Generator[tuple[Job, Ended], None, None]]:
    """Solves jobs on the cluster into `out`/CASE and yields each as it ends; closing the generator cancels the rest."""

    def run(jobs: Sequence[Job], out: Path) -> Generator[tuple[Job, Ended], None, None]:
        client = _connected(at)
        try:
            yield from _collect(client, jobs, out)
        finally:
            client.close()

    return run


def solve_there(parcel: Parcel) -> Returned:
    """What a worker runs."""
    from distributed import get_worker

    return solve_parcel(parcel, Path(get_worker().local_directory))


def _connected(at: At) -> Client:
    """A client whose cluster has a worker. Raises SweepError."""
    try:
        from distributed import Client
        from distributed.security import Security
    except ImportError as error:
        raise SweepError(
            "--cluster needs dask.distributed: pip install -e '.[cluster]' in the planner's folder"
        ) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what becomes of the sweep is said once, by us
    security = Security()
    if at.tls is not None:
        ca, cert, key = str(at.tls.ca), str(at.tls.cert), str(at.tls.key)
        security = Security(tls_ca_file=ca, tls_client_cert=cert, tls_client_key=key, require_encryption=True)
    try:
        client = Client(at.address, security=security, timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise SweepError(f"no Dask scheduler answers at {at.address}: {error}") from error
    try:
        client.wait_for_workers(1, timeout=FIRST_WORKER_S)
        if at.tls is None and (far := [name for name in client.nthreads() if not is_loopback(host_of(name))]):
            raise SweepError(f"a worker at {far[0]} is not this machine, and the cluster has no TLS: nothing was sent")
    except TimeoutError as error:
        client.close()
        raise SweepError(f"the scheduler at {at.address} has no workers") from error
    except SweepError:
        client.close()
        raise
    return client


def _collect(client: Client, jobs: Sequence[Job], out: Path) -> Generator[tuple[Job, Ended], None, None]:
    from distributed import as_completed

    waiting: dict[Any, tuple[Job, int]] = {}  # by key of the future, with its attempt
    ending: Any = as_completed([], loop=client.loop)

    def send(job: Job, attempt: int) -> None:
        future = client.submit(solve_there, packed(job), key=f"plan-{job.case}-{job.key[:16]}-{attempt}", pure=False)
        waiting[future.key] = (job, attempt)
        ending.add(future)

    for job in jobs:
        try:
            send(job, 1)
        except ParcelError as error:
            yield job, Ended(BAD_INPUT, str(error))
    for future in ending:
        job, attempt = waiting.pop(future.key)
        if attempt < ATTEMPTS and _worker_died(future):
            send(job, attempt + 1)
            continue
        yield job, _ended(future, job, attempt, out)


def _worker_died(future: Future) -> bool:
    from distributed import KilledWorker

    return future.status == "error" and isinstance(future.exception(), KilledWorker)


def _ended(future: Future, job: Job, attempt: int, out: Path) -> Ended:
    if future.status == "finished":
        try:
            ended = unpacked(job, future.result(), out / job.case)
        except ParcelError as error:
            return Ended(None, str(error), attempts=attempt)
        return Ended(ended.code, ended.words, ended.seconds, max(attempt, ended.attempts))
    if future.status in ("cancelled", "lost"):
        raise SweepError("the connection to the cluster was lost")
    return Ended(None, f"on the cluster: {future.exception()}".splitlines()[0], attempts=attempt)
