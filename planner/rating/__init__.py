"""What a rating says beyond its level: the accountant's `rating` evaluates, these explain.

clauses           which clauses bind, and what the next star takes
assumptions       what the rating owes to assumed fields of the standard
self_assessment   a year clause by clause, in words
inventory         `plan rate`: an inventory rated without any optimisation
"""
