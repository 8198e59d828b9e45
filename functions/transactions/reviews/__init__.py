"""Reviews: transactions that were decided `review`, closed once, by a person.

pending ──decide──▶ approved | declined
   └────────decide──▶ review ──resolve──▶ approved | declined        and never anything after

The decision stays as it was made; the resolution stands beside it and says who closed the review, when and why.
"""
