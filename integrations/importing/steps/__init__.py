"""Staged rows become rows of ours, a type at a time, in the order they stand on each other."""
