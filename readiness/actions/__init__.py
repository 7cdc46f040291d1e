"""What people can do with signals, readings and the phase model."""
