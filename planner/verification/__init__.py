"""A plan verified without the model: everything recomputed from its decisions and operation, and compared.

verify      the whole, in order
decisions   what is decided by the year; operation: every step
asked       what a study asks on top of a problem
rows        a limit, what was found, by how much it is missed
"""
