"""What each measure saves and costs when measures change each other's worth.

worth     first-in, last-in and shared savings of a plan's measures, and the naive cost curve with its regret
shapley   shares of a whole that several players make together
study     abatement as a study, and on the terminal
"""
