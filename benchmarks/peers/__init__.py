"""The others, each in its own virtual environment; none of these files imports the planner."""
