"""A distribution on disk: written whole or not at all, and read as if an enemy had written it.

Alone knows the names of the files in a bundle.
"""
