"""`plan compare`: what differs between plans, and which inputs differ with it.

`inputs` compares what was given, `outcome` what came of it; `compared` puts both together as plain data, which the terminal,
the page and `--json` show.
"""

from __future__ import annotations
