"""The plan of someone who looks only some years ahead, against the plan that sees them all.

window   the first years of a problem, and decisions taken for good
walk     window after window
study    short sight as a study, and on the terminal
"""
