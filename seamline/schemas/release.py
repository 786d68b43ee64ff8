"""Releasing: what the code has and the corpus has not is written to the corpus, once nothing incompatible is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seamline.schemas.corpus import Corpus, Revision, append_revision
from seamline.schemas.publisher import Publisher
from seamline.schemas.rules import Kind, SchemaFinding, schema_findings
from seamline.schemas.samples import samples_of
from seamline.schemas.shape import schema_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A schema that went into the corpus: a new version (revision 1), or a further revision of one."""

    event: str
    schema_version: int
    revision: int
    path: str


class NotReleasable(ValueError):
    """Something has to be put right first; ``findings`` says what."""

    def __init__(self, findings: Sequence[SchemaFinding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{each.event} {each.problem} {each.advice}" for each in findings))


def release(
    contracts: Sequence[Publisher], corpus: Corpus, *, widened: bool = False, dry_run: bool = False
) -> tuple[Released, ...]:
    """Write every unreleased schema to the corpus' folder, all or none.

    :param widened: also those that subscribers with the released code cannot read: they are deployed already.
    :raises NotReleasable: a finding stands in the way; nothing was written.
    """
    findings = schema_findings(contracts, corpus)
    allowed = {Kind.UNRELEASED, Kind.WIDENED} if widened else {Kind.UNRELEASED}
    if obstacles := [each for each in findings if each.kind not in allowed]:
        raise NotReleasable(obstacles)
    wanted = {each.event for each in findings}
    released = []
    for contract in contracts:
        for event in (event for event in contract.events if event.event_name in wanted):
            before = corpus.version(event.event_name, event.schema_version)
            done = Released(
                event=event.event_name,
                schema_version=event.schema_version,
                revision=len(before.revisions) + 1 if before else 1,
                path=f"{corpus.folder.name}/{event.event_name}/v{event.schema_version}.json",
            )
            revision = Revision(contract=contract.version, event_schema=schema_of(event), samples=samples_of(event))
            if not dry_run:
                append_revision(
                    corpus.folder, event=event.event_name, schema_version=event.schema_version, revision=revision
                )
            released.append(done)
    return tuple(released)
