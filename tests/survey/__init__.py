"""Tests of the way from files to linked units."""
