"""Jupiter's, Jito's and our own files <-> distributions; bytes in, bytes out."""

from merkle.codec.export import (
    EXPORT_FORMATS,
    ExportError,
    ExportFile,
    ExportFormat,
    export_files,
)
from merkle.codec.imports import ImportedTrees, read_trees
from merkle.codec.proofs import (
    allocations_csv,
    allocations_parts,
    proof_file,
    proof_file_parts,
)
from merkle.codec.trees import CATEGORIES, Category

__all__ = [
    "CATEGORIES",
    "EXPORT_FORMATS",
    "Category",
    "ExportError",
    "ExportFile",
    "ExportFormat",
    "ImportedTrees",
    "allocations_csv",
    "allocations_parts",
    "export_files",
    "proof_file",
    "proof_file_parts",
    "read_trees",
]
