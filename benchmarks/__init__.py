"""Measurements: each module's `run()` answers figures by name, as ratios in one run."""
