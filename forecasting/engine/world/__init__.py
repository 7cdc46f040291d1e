"""A synthetic world with a known truth: it proves recovery, nothing about real accuracy."""
