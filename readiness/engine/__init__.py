"""What one person's mind is on: a hidden Markov chain in continuous time.

Pure functions over arrays: no Django, no clock, no dice. Time is seconds since
1970-01-01 UTC, as `datetime.timestamp()` gives it; durations are days of 86,400 s.
"""
