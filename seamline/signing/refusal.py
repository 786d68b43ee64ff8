"""Why a signature is refused, as values that a sender can act on. Never says what the right one would have been."""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    """The reasons, in the order in which they are looked for."""

    MISSING = "signature_missing"
    MALFORMED = "signature_malformed"
    UNKNOWN_KEY = "signature_key_unknown"
    WRONG = "signature_wrong"
    WRONG_AUDIENCE = "signature_for_another_module"
    TOO_OLD = "signature_too_old"
    TOO_NEW = "signature_from_the_future"
    REPLAYED = "signature_replayed"
    CROWDED = "signature_memory_full"


_DETAILS = {
    Refusal.MISSING: "The request is not signed. Internal paths answer other deployables of this installation alone.",
    Refusal.MALFORMED: "The Authorization header is no signature of this installation's form.",
    Refusal.UNKNOWN_KEY: "The key it is signed with is not, or no longer, one of SEAMLINE_INTERNAL_KEYS here.",
    Refusal.WRONG: "The signature does not fit the request, or the two sides have different secrets for its key.",
    Refusal.WRONG_AUDIENCE: "The request is signed for another module.",
    Refusal.TOO_OLD: "The request was signed too long ago: compare the clocks of both hosts.",
    Refusal.TOO_NEW: "The request is signed in the future: compare the clocks of both hosts.",
    Refusal.REPLAYED: "The request was seen before. Sign each attempt anew.",
    Refusal.CROWDED: "More signed requests arrive than can be remembered; send fewer, or come again later.",
}


class SignatureRefused(Exception):
    """A request or an answer whose signature is not accepted; ``reason`` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(_DETAILS[reason])
        self.reason = reason
