"""What is asked about deals and companies."""
