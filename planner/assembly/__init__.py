"""From scenario and library to the Problem: the only place where units are converted.

assemble       the whole, in order; each part of the scenario has its file: site, supply, options, prices, money, rating
years          what depends on the year; lead_times: from which year a thing can work
typical_days   the representative year: every step of it, or a few weighted days
climate        hourly weather made from a climate; profiles: load shapes
base_year      the base year as billed, beside the model's energy
notes          what an assembly remembers besides the problem
variants       other problems made from one: business as usual, on paper alone
validate       what `plan validate` says of a scenario without faults
"""
