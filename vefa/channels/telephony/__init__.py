"""Any exchange that can push its calls by HTTP: see README.md beside this file."""
