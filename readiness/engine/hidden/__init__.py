"""A hidden Markov chain in continuous time, of any states and any observations.

K states with rates per unit of time, N sequences of observations. Nothing here knows of
buyers: the phases of a person are one use, published medical data another, by which the
results are checked.
"""
