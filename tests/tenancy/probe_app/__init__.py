"""Relations no model of the product has yet, to be probed: installed in tests only."""
