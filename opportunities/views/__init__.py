"""Forms about deals and companies."""
