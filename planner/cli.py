"""The command line. Each command is a file of `planner.commands` and imports what it needs when it runs, so that
`plan --help` stays quick.

Exit codes: 0 done within the gap; 2 bad usage or input; 3 infeasible, explained; 4 stopped at a limit holding a plan;
5 stopped with none; 6 the plan failed verification; 130 interrupted, plan in hand written.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from importlib import import_module
from typing import Any

import click

from planner.arguments import refuse
from planner.start import INTERRUPTED

COMMANDS = {
    "new": "Write NAME/scenario.toml, a working starter.",
    "validate": "Read a scenario and report every fault as file:line:column.",
    "schema": "JSON Schema of scenario.toml, for editors, or of roadmap.json.",
    "solve": "Find the least-cost plan, check it, write it and show it.",
    "sweep": "Solve many scenarios side by side; goes on where it was killed.",
    "show": "Show the tables of a results folder.",
    "figures": "Draw the figures of a results folder, as SVG and PNG.",
    "verify": "Recompute a results folder without the model, and compare.",
    "alternatives": "Plans that cost little more and are better for a board.",
    "abatement": "What each measure saves and costs when measures change each other.",
    "myopic": "What it costs to look only some years ahead.",
    "why": "Why an option is in the plan or not, and at which price it would be.",
    "stress": "What a solved plan keeps when credits, contracts, prices or rules change.",
    "futures": "What to commit to now and what may wait, under several futures.",
    "factors": "Rate a solved plan again under every grid factor set.",
    "rate": "Rate an inventory without any optimisation.",
    "compare": "What differs between solved plans, and which inputs differ with it.",
    "export": "Write a plan for PyPSA, IAMC tools, Parquet, JSON or a calendar.",
    "pareto": "Trace least cost against rating, tonnes or paper.",
    "ladder": "Price each star: least cost of every level, on paper and durably.",
    "report": "Write a results folder as one page for a board.",
    "workbook": "Write a results folder as a workbook with live formulas.",
    "serve": "Browse, compare and solve again on a local page.",
    "dossier": "Write a results folder as the file an assessor asks for.",
}


class Commands(click.Group):
    """Commands by name, imported when they are run or asked for help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a project's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"planner.commands.{cmd_name}").command
        found.name = cmd_name
        return found

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a file that cannot be read or written ends it with one line, exit code 2; an interrupt with 130."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.default_int_handler)  # commands may write before they end
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except OSError as error:
            if error.filename is None and _working_folder_is_gone():
                refuse("the working folder no longer exists: change into one that does")
            if error.filename is None:
                raise
            refuse(f"{error.filename}: {error.strerror}")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line for each command, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _working_folder_is_gone() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zero-carbon-planner", prog_name="plan")
def main() -> None:
    """Plan the least-cost roadmap of a factory to a lasting zero-carbon rating.

    \b
    plan new mill                    a working starter in mill/scenario.toml
    plan validate mill               every fault at once, with line and column
    plan solve mill                  the plan, in results/mill
    plan show results/mill           its tables again
    plan verify results/mill         recomputed without the model
    """
