"""`plan verify`: a results folder made anew from its scenario, series and stored plans, and compared.

recheck       the whole, in order
source        scenario and series of a folder, read and assembled again
plans         stored plans against the problems that the scenario gives: rows, cost, bound, gap and status
proving       the lower bounds, by solving again; only where that is asked for
differences   where two values differ, in words
"""
