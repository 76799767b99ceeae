"""The results folder: what is written, and read again at full precision.

folder    files written whole or not at all
archive   problem and plan as one file and back
record    a folder opened for its readers
tables    the accountant's findings as tidy tables
steps     what to do when, in few lines
basis     the numbers that a result rests on
"""
