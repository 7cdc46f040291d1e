"""How pages write a forecast."""
