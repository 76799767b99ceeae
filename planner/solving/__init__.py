"""From a scenario to a plan that the accountant has checked, and what is solved beside and after it.

solve            `plan solve`: read, assemble, solve, check, write, show
preparing        what every command that solves does first
resolving        solving again with something changed
first_look       a first look at typical days; coarse makes its problem
full_year        a plan of typical days, operated at every step
fixed            a plan whose investments stand; operating: its years decided again
beside           business as usual, on paper alone, cheapest first, the highest level
cheapest_first   the naive planner
explaining       an infeasible target in the user's words; ways_out: what reaches it, proven by solving
summary          `summary.json`
"""
