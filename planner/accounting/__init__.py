"""The accountant: cost, tonnes and stars of a plan, recomputed from problem and plan alone, without Pyomo or solver.

stock        what stands in each year
investment   when investments are paid, depreciated, and what they are worth at the end
running      energy, demand charges, upkeep, contracts, instruments, carbon price
accounts     the cash account of all of it
ledger       megawatt-hours with their claims, tonnes by scope, own reduction, paper
rating       the level that a year's inventory holds
measures     payback, rate of return, cost per tonne against another plan
headline     the figures that every output shows, each defined once
"""
