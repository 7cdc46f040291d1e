"""The group decision and the portfolio as pure functions: no Django, clock or dice."""
