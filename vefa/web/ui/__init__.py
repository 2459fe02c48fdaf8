"""Base page, components, tokens, chart and form parts; knows no door."""
