"""`plan serve`: a local page over a folder of results, to browse, compare and solve again with other targets.

    shelf    which folders there are; a name from outside is only ever looked up among them
    guard    who may ask: host, origin, session, token
    solves   the one solve that runs, a process of its own: its progress, stopping it
    pages    what is shown, from templates that escape everything
    app      addresses and methods: puts the four together

A request names folders, never paths. The server reads results and starts `plan solve`; it writes nothing itself.
"""

from __future__ import annotations
