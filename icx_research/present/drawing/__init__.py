"""The common parts of all figures: style, axes, sheets, saving."""
