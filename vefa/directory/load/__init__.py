"""`vefa load`: a folder of TOML, CSV and GeoJSON becomes the directory, wholly or not at all.

`engine` drives it; each file is one section; `write` brings tables in line with rows.
"""
