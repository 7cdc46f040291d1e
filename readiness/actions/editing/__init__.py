"""Change a draft of the phase model; nothing computes with it before it is activated."""
