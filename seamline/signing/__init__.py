"""Signed requests between deployables: who sent it, to whom, exactly what, just now, and only once.

One keyring for the installation; no key ever travels. Rooms that serve or send internal requests import these names.
"""

from seamline.signing.keys import Key, Keyring, UnusableKeys, parse_keys
from seamline.signing.refusal import Refusal, SignatureRefused
from seamline.signing.replays import Replays
from seamline.signing.signature import Message, Signed, sign, sign_answer, verify, verify_answer
from seamline.signing.verifier import installed_keys, signed_by

__all__ = [
    "Key",
    "Keyring",
    "Message",
    "Refusal",
    "Replays",
    "SignatureRefused",
    "Signed",
    "UnusableKeys",
    "installed_keys",
    "parse_keys",
    "sign",
    "sign_answer",
    "signed_by",
    "verify",
    "verify_answer",
]
