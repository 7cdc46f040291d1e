"""What is asked about deals in lists, rates and targets."""
