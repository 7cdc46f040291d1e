"""Pure mathematics over the facts of a deal: no Django."""
