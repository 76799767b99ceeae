"""Several futures: what to commit to now, and what may wait.

future        what may come, as changes of a problem; what is decided before it shows
commitments   what every good plan commits to, what may wait, and until when
study         all futures solved together, each alone, and each plan in the others
show          futures on the terminal
"""
