"""Statistics and value types that know nothing about surveys."""
