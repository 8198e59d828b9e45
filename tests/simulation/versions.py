"""What holds of the versions of settings and of drafts, whoever changes them while transactions are decided."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from simulation.model.faults import Fault
from simulation.oracle import wire

if TYPE_CHECKING:
    from simulation.world import World


_NONE: Final = {"NULL": True}


@dataclass
class Versions:
    """Reads the tables as they are, by none of the functions' own means but the typing of values."""

    world: "World"
    _changes: int = 0
    _counted: int = 0
    _looked: dict[str, int] = field(default_factory=dict)
    """Merchant to how many versions were looked at."""

    def kept(self) -> Iterator[str]:
        """Look at the versions of merchants that have new ones."""
        for merchant, written in self.world.facts.settings.items():
            if self._looked.get(merchant) == len(written):
                continue
            self._looked[merchant] = len(written)
            for one in written:
                item = self._version(merchant, one.version)
                if item is None or item["settings"]["country"] != one.document["country"]:
                    yield f"version {one.version} of {merchant} is {item}"
                elif item["settings"]["card_velocity"] != one.document["card_velocity"]:
                    yield f"version {one.version} of {merchant} says {item['settings']['card_velocity']}"
                elif item.get("note", {}).get("at") != one.at:
                    yield f"version {one.version} of {merchant} has the note {item.get('note')}"

    def named(self) -> Iterator[str]:
        """Look at the versions that new decisions name."""
        new = self.world.facts.changes[self._changes :]
        self._changes += len(new)
        for change in new:
            decision = wire.plain(change.after.get("decision", _NONE)) if change.after else None
            if change.table != wire.TRANSACTIONS or not decision or change.key in self.world.facts.foreign:
                continue
            merchant, version = change.after["merchant_id"]["S"], decision["settings_version"]  # type: ignore[index]
            if self._version(merchant, version) is None:
                yield f"{change.key} was decided by version {version} of {merchant}"

    def drafts(self) -> Iterator[str]:
        """Look at each merchant's draft."""
        for merchant in self.world.merchants:
            item = self._item(wire.MERCHANTS, f"merchant#{merchant}") or {}
            made = self.world.drafts.get(merchant)
            held = item.get("draft")
            if (held and held["note"]["at"]) != (made and made[0]):
                yield f"{merchant} has the draft {held}, made was {made}"

    def counts(self) -> Iterator[str]:
        """Hold what drafts have counted against what was decided: each once, but for answers that were lost."""
        new = self.world.facts.changes[self._counted :]
        self._counted += len(new)
        if not any(change.key.startswith("draft#") for change in new):
            return
        decided = Counter(
            (item["merchant_id"]["S"], item["decision"]["M"]["verdict"]["S"])
            for item in self.world.cloud.transactions.items()
            if item["id"]["S"] not in self.world.facts.foreign and "M" in item["decision"]
        )
        twice = self.world.counts[f"{Fault.RESENT}"] * self.world.facts.largest_batch
        for item in self.world.cloud.velocity.items():
            kind, _, rest = item["id"]["S"].partition("#")
            if kind != "draft":
                continue
            merchant = rest.partition("#")[0]
            told: Counter[str] = Counter()
            for name, value in item.items():
                if name.startswith("v_"):
                    told[name.split("_")[1]] += int(value["N"])
            for verdict, count in told.items():
                if count > decided[merchant, verdict] + twice:
                    yield f"{merchant}'s draft counts {count} that are {verdict}, of {decided[merchant, verdict]}"
            if not told and "n_unknown" not in item:
                yield f"{item['id']['S']} counts nothing"

    def _version(self, merchant: str, version: int) -> Any:
        held = self._item(wire.MERCHANTS, f"merchant#{merchant}")
        if held and held["settings"]["version"] == version:
            return held
        return self._item(wire.MERCHANTS, f"merchant#{merchant}#{version}")

    def _item(self, table: str, key: str) -> Any:
        found = getattr(self.world.cloud, table).newest(key)
        return wire.plain({"M": found}) if found else None
