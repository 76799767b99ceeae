"""From `scenario.toml` to a Scenario: all faults at once, each with its place and the nearest valid name.

read                                      the whole, in order
faults, findings                          a fault, and the place of its key in the text
schema_faults                             faults against the schema, in the user's words
presets                                   what the library supplies where the scenario is silent
checks, checks_*                          what looks beyond one key
magnitudes                                numbers of an implausible size
timefiles, timestamps, timeseries, series_check    series of a whole year from CSV files
units                                     quantities as bills state them
"""
