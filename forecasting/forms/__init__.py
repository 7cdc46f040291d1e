"""What pages about forecasts ask."""
