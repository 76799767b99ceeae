"""A portfolio of scenarios, solved side by side: `plan sweep`.

jobs      which scenarios, read once; what a job is known by
process   one solve in a process of its own; worker is what runs there
local     some of them at a time on this machine
cluster   the same on dask.distributed: the files of a scenario go out, the files of its results come back
journal   what has ended, line by line, so that a sweep goes on where it was killed
table     one line for each scenario, and the exit code
sweeping  all of it in order
"""
