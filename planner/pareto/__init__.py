"""Cost against rating, tonnes or paper: the curve of plans of which none is better in both.

axes      what a curve runs along, as limits on the problem
curve     both ends exactly, then points where most is still unknown
changes   what a point does differently from its neighbour
study     the curve as a study, and on the terminal
"""
