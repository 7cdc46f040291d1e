"""News from the floor: apps above listen, and do what only they can do."""

from django.dispatch import Signal

# A workspace was made. Sent inside it: membership (its first administrator), now.
workspace_created = Signal()

# How many things does this member own, by kind? Sent inside the workspace: membership.
# A receiver answers a `Holding`.
holdings_asked = Signal()

# A member goes. Sent inside the workspace, in the same transaction: membership, heir, by, now.
member_leaving = Signal()
