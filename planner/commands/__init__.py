"""The commands of `plan`, one file each."""
