"""What tells a symptom, from facts alone: no Django, no clock."""
