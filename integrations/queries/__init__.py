"""The facts of the deals as lines of a bundle."""
