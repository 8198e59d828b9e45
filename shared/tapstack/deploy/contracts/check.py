"""The contracts of a checkout, who reads them, and all that is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from tapstack.deploy.contracts import evolution, snapshots
from tapstack.deploy.contracts.consumers import Read, find_reads, readers, undeclared, undeclared_layers
from tapstack.deploy.contracts.outside import OutsideReader, outside_readers, unknown_fields, with_outside
from tapstack.deploy.contracts.problems import Problem
from tapstack.deploy.contracts.snapshots import Snapshot, snapshot_of
from tapstack.layers import BY_NAME, LAYERS, Layer


@dataclass(frozen=True)
class ContractCheck:
    """What a checkout has.

    Attributes:
        contracts: layer to its contract, in the order of deployment.
        reads: every place in the code that reads one.
        layers: the layers as they are declared.
        outside: the readers that are in repositories of their own, by name.
        committed: layer to the text of its snapshot.
        base: the same of an earlier revision, to compare with as well.
    """

    contracts: Mapping[str, Snapshot]
    reads: Sequence[Read]
    layers: Mapping[str, Layer]
    outside: Mapping[str, OutsideReader]
    committed: Mapping[str, str]
    base: Mapping[str, str]

    @classmethod
    def of_checkout(cls, base: str | None = None) -> Self:
        """Look at this checkout.

        Args:
            base: a revision whose snapshots the contracts have to fit too.

        Raises:
            UserError: a layer has no contract, a file cannot be read, or there is no such revision.
        """
        outside = outside_readers()
        return cls(
            {layer: with_outside(snapshot_of(layer), outside.values()) for layer in LAYERS},
            find_reads(),
            BY_NAME,
            outside,
            snapshots.read_texts(),
            {} if base is None else snapshots.read_texts_at(base),
        )

    def undeclared(self) -> list[Problem]:
        """List where the code reads something other than is declared."""
        schemas = {
            layer: {
                name: replace(field, read_by=tuple(reader for reader in field.read_by if reader not in self.outside))
                for name, field in contract.fields.items()
            }
            for layer, contract in self.contracts.items()
        }
        return [*undeclared(schemas, self.reads), *undeclared_layers(self.layers, self.reads), *self._unknown()]

    def _unknown(self) -> list[Problem]:
        """List what is noted of readers outside and is not there; what a change takes away is told of as a break."""
        broken = {problem.text.split("`")[1] for problem in self.breaks() if "`" in problem.text}
        found = unknown_fields(self.contracts, self.outside.values())
        return [problem for problem in found if problem.text.split("`")[1] not in broken]

    def breaks(self) -> list[Problem]:
        """List what breaks a reader that is as the snapshots say."""
        found = [
            problem
            for texts, where in ((self.base, "base: "), (self.committed, ""))
            for layer, text in texts.items()
            for problem in evolution.breaks(
                Snapshot.parse(text, f"{where}{snapshots.file_of(layer)}"), self.contracts.get(layer), self.outside
            )
        ]
        return list(dict.fromkeys(found))

    def breaks_of_deployed(self, deployed: Mapping[str, Mapping[str, Any]], stack: str) -> list[Problem]:
        """List what breaks a deployed layer; `deployed` is what the stacks named `stack` export, by layer."""
        return evolution.breaks_of_deployed(self.contracts, deployed, stack)

    def outdated(self) -> list[Problem]:
        """List the snapshots that are not what the contracts are; those of a break wait until it is mended."""
        waiting = {problem.layer for problem in self.breaks()}
        return [
            problem
            for layer in dict.fromkeys((*self.contracts, *self.committed))
            if layer not in waiting
            for problem in evolution.outdated(
                layer, self.committed.get(layer), self.contracts.get(layer), snapshots.file_of(layer)
            )
        ]

    def consumers(self, layer: str, field: str) -> list[str]:
        """Name who reads a field: as the code has it, and outside as is noted."""
        outside = [reader.name for reader in self.outside.values() if field in reader.reads.get(layer, ())]
        return [*readers(self.reads, layer, field), *outside]
