"""Side-by-side measurements: the same problem solved by us and by others, equal objective checked first."""
