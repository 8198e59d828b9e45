"""What the engine did, from its event log: one JSON object a line, in the order things happened."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tapstack.engine.rewrites import STACK_TYPE, Writes
from tapstack.engine.words import OPTIONS, told, word_for

# The engine's own remark on a program that has already said what is wrong.
_ECHO: Final = "an unhandled error occurred: program exited with non-zero exit code"
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine writes a value that is known only once its resource is made."""
_ENDINGS: Final = frozenset({"preview failed", "update failed"})
"""The engine's own remarks on violations of policies that it has already told."""
EXEMPTIONS: Final = "exemptions"
"""The policy of the pack that tells what is exempt from controls; it has nothing against anything."""
_REFRESH: Final = "refresh"
_AS_IT_WAS: Final = frozenset({"same", "refresh"})
_REPLACING: Final = frozenset({"create-replacement", "import-replacement", "read-replacement"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One step of the engine on one resource.

    Attributes:
        op: `create`, `update`, `delete`, `same`, `create-replacement`, `read`, …
        type: the resource's type, such as `aws:ec2/vpc:Vpc`.
        urn: the resource's URN.
        differs: the properties that make the difference, as far as the provider says.
        inputs_before: the inputs that the state has, secrets masked.
        inputs_after: the inputs that it gets; `UNKNOWN` where a value is made later.
        is_retained: whether a deletion leaves it where it is, and only forgets it.
    """

    op: str
    type: str
    urn: str
    differs: tuple[str, ...] = ()
    inputs_before: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    inputs_after: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    is_retained: bool = False

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a provider read of a resource while the engine refreshed it, beside what the state has.

    Attributes:
        type: the resource's type.
        urn: the resource's URN.
        id: what the provider knows it by.
        inputs: those of the state, by Pulumi's names; a secret is the text `[secret]`.
        before: the outputs that the state has.
        after: the outputs that were read; None where the resource is gone.
        differs: the inputs that differ, as far as the provider says.
    """

    type: str
    urn: str
    id: str
    inputs: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any] | None
    differs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The resource's logical name."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True, slots=True)
class Violation:
    """What a policy has against a resource, or against the stack.

    Attributes:
        policy: the policy's name, such as `KMS.4`.
        message: the whole of it in one line: resource, policy, what is wrong, the next step.
        is_mandatory: whether it stops the deployment.
    """

    policy: str
    message: str
    is_mandatory: bool


@dataclass(slots=True)
class Report:
    """One run of the engine.

    Attributes:
        started: operations in the order in which they began.
        finished: operations in the order in which they succeeded.
        failed: operations that did not.
        readings: what was read of each resource that was refreshed.
        history: URNs in the order of events, each with whether the operation on it began (else it succeeded).
        counts: resources per kind of change, `same` included, and the deletions of leftovers.
        errors: error messages in order, each once, without the engine's echo of the program's failure.
        warnings: warnings in order.
        violations: what policies have against the program; they are among the errors or warnings too.
        exemptions: what is exempt from controls in this run, each with its reason and owner.
        outputs_before: the stack's outputs as the state had them.
        outputs_after: the stack's outputs as the program has them; in a preview `UNKNOWN` where a value is made later.
        digest: of a preview, the document that `--json` prints: each resource's state before and after, secrets masked.
        plan: of a preview, the document that `--save-plan` writes: what changes, secrets encrypted unless asked for.
        writes: what a preview says that the update would write beside its operations; of other runs nothing is known.
        seconds: how long the run took.
    """

    started: list[Operation] = field(default_factory=list)
    finished: list[Operation] = field(default_factory=list)
    failed: list[Operation] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    history: list[tuple[str, bool]] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    exemptions: list[str] = field(default_factory=list)
    outputs_before: Mapping[str, Any] = field(default_factory=dict)
    outputs_after: Mapping[str, Any] = field(default_factory=dict)
    digest: Mapping[str, Any] = field(default_factory=dict, repr=False)
    plan: Mapping[str, Any] = field(default_factory=dict, repr=False)
    writes: Writes = field(default_factory=Writes)
    seconds: float = 0.0

    @property
    def changes(self) -> dict[str, int]:
        """The counts without what stays as it is, and those of which the state alone changes; empty for nothing.

        The engine counts a `read` where another stack's outputs, which the state keeps, are no more what they were.
        """
        changes = Counter[str]()
        for op, count in self.counts.items():
            if op not in _AS_IT_WAS:
                changes[word_for(op)] += count
        changes[OPTIONS] = sum(rewrite.op == "same" for rewrite in self.writes.rewrites)
        return dict(+changes)

    @property
    def leftovers(self) -> list[Operation]:
        """The deletions of what earlier runs have replaced and not deleted."""
        replaced = Counter(operation.urn for operation in self.started if operation.op in _REPLACING)
        found = []
        for operation in self.started:
            if operation.op == "delete-replaced":
                if replaced[operation.urn]:
                    replaced[operation.urn] -= 1
                else:
                    found.append(operation)
        return found

    def waited(self, later: str, earlier: str) -> bool:
        """Tell whether the operation on one resource began after the one on another had succeeded.

        Args:
            later: the URN of the one that has to wait.
            earlier: the URN of the one it waits for.

        Raises:
            ValueError: the run did not work on both.
        """
        return self.history.index((later, True)) > self.history.index((earlier, False))

    @property
    def changes_outputs(self) -> bool:
        """Whether the stack exports something else than before."""
        return self.outputs_before != self.outputs_after or bool(self.writes.outputs)

    def summary(self) -> str:
        """The changes in words: `create 12, update 1`."""
        only_outputs = self.outputs_before and not self.changes and self.changes_outputs
        return told(self.counts, ["outputs changed"] if only_outputs else [])


class EventLog:
    """Reads an event log while the engine writes it.

    Attributes:
        report: what the log has told so far.
        is_whole: whether it has told the summary too, which every run that succeeds ends with, an empty one included.
    """

    def __init__(self, file: Path) -> None:
        """Describe the log; the file need not be there yet."""
        self.report = Report()
        self.is_whole = False
        self._file = file
        self._read = 0
        self._refreshing: set[str] = set()

    def follow(self) -> Sequence[Operation]:
        """Take in the lines that are complete by now; return the operations they began."""
        if not self._file.exists():
            return []
        with self._file.open("rb") as log:
            log.seek(self._read)
            complete, _, _ = log.read().rpartition(b"\n")
        if not complete:
            return []
        self._read += len(complete) + 1
        begun = len(self.report.started)
        for line in complete.splitlines():
            self._take(json.loads(line))
        return self.report.started[begun:]

    def _take(self, event: Mapping[str, Any]) -> None:
        report = self.report
        if (pre := event.get("resourcePreEvent")) is not None:
            report.started.append(_operation(pre["metadata"]))
            report.history.append((pre["metadata"]["urn"], True))
            if pre["metadata"]["op"] == _REFRESH:
                self._refreshing.add(pre["metadata"]["urn"])
        elif (done := event.get("resOutputsEvent")) is not None:
            report.finished.append(_operation(done["metadata"]))
            self._take_outputs(done["metadata"])
            self._take_reading(done["metadata"])
            report.history.append((done["metadata"]["urn"], False))
        elif (failed := event.get("resOpFailedEvent")) is not None:
            report.failed.append(_operation(failed["metadata"]))
        elif (diagnostic := event.get("diagnosticEvent")) is not None:
            self._take_diagnostic(diagnostic)
        elif (policy := event.get("policyEvent")) is not None:
            self._take_policy(policy)
        elif (summary := event.get("summaryEvent")) is not None:
            # The engine counts a replacement once, when it makes the new; what that has left is deleted uncounted.
            left = len(report.leftovers)
            report.counts = dict(Counter(summary.get("resourceChanges") or {}) + Counter(delete=left))
            self.is_whole = True

    def _take_policy(self, event: Mapping[str, Any]) -> None:
        description, _, message = event["message"].strip().partition("\n")
        if event["policyName"] == EXEMPTIONS:
            self.report.exemptions.append(" ".join(message.split()))
            return
        told = ": ".join(" ".join(part.split()) for part in (description, message) if part)
        where = _where(event.get("resourceUrn") or "")
        is_mandatory = event["enforcementLevel"] == "mandatory"
        violation = Violation(event["policyName"], f"{where}policy {event['policyName']}: {told}", is_mandatory)
        self.report.violations.append(violation)
        heard = self.report.errors if is_mandatory else self.report.warnings
        heard.append(violation.message)

    def _take_outputs(self, metadata: Mapping[str, Any]) -> None:
        if metadata["type"] == STACK_TYPE:
            self.report.outputs_before = (metadata.get("old") or {}).get("outputs") or self.report.outputs_before
            self.report.outputs_after = (metadata.get("new") or {}).get("outputs") or self.report.outputs_after

    def _take_reading(self, metadata: Mapping[str, Any]) -> None:
        """Take what a refresh found: in one run the engine may refresh a resource first and then change it."""
        if metadata["urn"] not in self._refreshing:
            return
        self._refreshing.discard(metadata["urn"])
        old, new = metadata.get("old") or {}, metadata.get("new")
        self.report.readings.append(
            Reading(
                metadata["type"],
                metadata["urn"],
                old.get("id") or "",
                old.get("inputs") or {},
                old.get("outputs") or {},
                (new.get("outputs") or {}) if new else None,
                tuple(metadata.get("diffs") or ()),
            )
        )

    def _take_diagnostic(self, diagnostic: Mapping[str, Any]) -> None:
        message = diagnostic["message"].strip()
        if not message or message.startswith(_ECHO) or (message in _ENDINGS and self.report.violations):
            return
        if diagnostic["severity"] == "error":
            where = _where(diagnostic.get("urn", ""))
            if f"{where}{message}" not in self.report.errors:
                self.report.errors.append(f"{where}{message}")
        elif diagnostic["severity"] == "warning":
            self.report.warnings.append(message)


def _operation(metadata: Mapping[str, Any]) -> Operation:
    old, new = metadata.get("old") or {}, metadata.get("new") or {}
    return Operation(
        metadata["op"],
        metadata["type"],
        metadata["urn"],
        tuple(metadata.get("diffs") or ()),
        old.get("inputs") or {},
        new.get("inputs") or {},
        bool(old.get("retainOnDelete")),
    )


def _where(urn: str) -> str:
    """Say which resource a message is about; nothing where that is the stack."""
    if not urn or STACK_TYPE in urn:
        return ""
    _, _, types, name = urn.split("::", 3)
    return f"{types.rpartition('$')[2]} {name!r}: "
