"""What the commands that compare plans share.

of_scenario   a prepared case with its results folder
of_result     a solved result
kept          `studies/KIND.json` and the same as a table
starts        `studies/starts.npz`: decisions that earlier studies found
"""
