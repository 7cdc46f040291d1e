"""The pages about who uses the product."""
