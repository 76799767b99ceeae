"""`plan serve`."""

from __future__ import annotations

from pathlib import Path

import click

from planner.arguments import refuse


@click.command()
@click.argument("results", type=click.Path(file_okay=False, path_type=Path), default="results", metavar="[FOLDER]")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: any free one.")
@click.option(
    "--scenarios",
    type=click.Path(file_okay=False, path_type=Path),
    default="scenarios",
    show_default=True,
    help="Folder of the scenarios that may be solved.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--remote", is_flag=True, help="Allow an address that others reach; takes --key-file as well.")
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the key that visitors must give, at least 16 letters.",
)
def command(results: Path, port: int, scenarios: Path, host: str, remote: bool, key_file: Path | None) -> None:
    """Browse, compare and solve again on a local page, over the results in FOLDER (default: results).

    Only this machine reaches it. Ctrl-C ends it; a solve that runs is stopped then, and its plan in hand written.
    """
    try:
        from planner.serve.listening import serve
    except ModuleNotFoundError as error:
        refuse(f"plan serve needs {error.name}: pip install -e '.[web]' in the planner's folder")
    from planner.serve.guard import BindingRefused, binding

    try:
        key = key_file.read_text(encoding="utf-8").strip() if key_file is not None else None
        serve(
            results, scenarios, binding(host, port, remote, key), lambda where: click.echo(f"{where}  (Ctrl-C ends it)")
        )
    except BindingRefused as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"cannot listen at {host}, port {port}: {error.strerror}; another --port may be free")
