"""The servers the product stands on: given by the environment, found, or started."""
