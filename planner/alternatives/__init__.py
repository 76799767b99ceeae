"""Plans that cost a little more and are better in something that a board cares about.

aims   what is made better, within which cost, by solving again; alternatives as a study
show   alternatives on the terminal
"""
