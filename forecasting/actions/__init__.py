"""What people and the night can do with forecasts."""
