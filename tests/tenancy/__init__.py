"""Probes of the three nets: the door, the ORM, the database."""
