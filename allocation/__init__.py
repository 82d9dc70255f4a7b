"""Who gets how much: exact allocations from votes, stakes or a list.

Knows no trees, no chain and no terminal. Nothing here imports `merkle`.
"""
