"""The price of each star: least cost for every level and first year, under every reading of the standard.

rungs     what a rung asks for, and which rungs ask for less
climb     every rung solved, costs closed over the order of the rungs, paper and durable prices beside
study     the ladder as a study
show      the ladder on the terminal
"""
