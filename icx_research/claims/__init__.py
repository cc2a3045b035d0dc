"""The debate: claims, and what the data say of them."""
