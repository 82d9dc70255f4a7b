"""Who may claim it, and how that is proven: leaves, trees, proofs, bundles and the command line."""
