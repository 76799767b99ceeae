"""Long random trials of the planner, outside CI: `make soak`. Each hazard is a file; docs/reliability.md has the figures."""
