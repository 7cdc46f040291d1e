"""What a workspace's own closed deals teach about its phases and its signals.

Everything starts at the expert defaults, which count as much as fifty closed deals; what
does not foretell deals it has not seen better than the defaults do is not used.
"""
