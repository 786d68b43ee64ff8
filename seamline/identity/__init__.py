"""Authentication once, at the door: credentials become a signed internal identity that modules believe for seconds."""

from seamline.identity.identity import NOBODY, Credential, Identity, SelfContained
from seamline.identity.paths import audience_of, is_session_path
from seamline.identity.sealed import HEADER, IdentityRefused, Unbelieved, seal, unseal

__all__ = [
    "HEADER",
    "NOBODY",
    "Credential",
    "Identity",
    "IdentityRefused",
    "SelfContained",
    "Unbelieved",
    "audience_of",
    "is_session_path",
    "seal",
    "unseal",
]
