"""What it would take for an option to enter a plan, or to leave it, proven by solving again.

question       `plan why`, and its answer in words
forcing        an option forced in, forced out, or offered at another price
switching      the capex at which it enters or leaves
price_switch   the same for the price of something else
blocking       what stands in the way besides its price
"""
