"""What events look like, for ever: the corpus of released schemas, the rules for changes, and AsyncAPI.

Modules import nothing of this package; commands, checks and the documentation do.
"""

from seamline.schemas.corpus import Corpus, read_corpus
from seamline.schemas.declared import declared_contracts, released_folder
from seamline.schemas.release import NotReleasable, Released, release
from seamline.schemas.rules import Kind, SchemaFinding, schema_findings
from seamline.schemas.shape import Schema, schema_of
from seamline.schemas.streams import Source, sources

__all__ = [
    "Corpus",
    "Kind",
    "NotReleasable",
    "Released",
    "Schema",
    "SchemaFinding",
    "Source",
    "declared_contracts",
    "read_corpus",
    "release",
    "released_folder",
    "schema_findings",
    "schema_of",
    "sources",
]
