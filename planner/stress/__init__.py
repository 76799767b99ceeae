"""A solved plan, its investments standing, when something goes wrong.

stress_tests   what may happen, as changes of the problem and of what stands
stressing      every year operated again under each: stars on the planned spending, cost of keeping the level
factor_sets    the grid factor sets of the library, as paths for one problem
factors        `plan factors`: the same plan counted under each; nothing is solved
show           both on the terminal
"""
