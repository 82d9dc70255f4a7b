"""Pages to read in a browser: each one file, asking nothing of any network."""
