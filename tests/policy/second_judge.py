"""A public evaluator of IAM policies, and the checks of policies' syntax that belong to it: a second opinion.

`@cloud-copilot/iam-simulate` and `iam-policy` are programs of Node.js that share no line with `evaluation`, know the
operators of conditions, boundaries and KMS's rule that a key's policy comes first, and refuse what is no request of
AWS's. Their licence is the AGPL, so they are run as programs of their own, by tests alone.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from policy.authorizations import ACCOUNT, Authorization
from policy.evaluation import Policy
from policy.written import Kind
from tapstack.engine.cache import build_once, cache_folder

_PROGRAMS: Final = Path(__file__).with_name("programs")
_FILES: Final = ("package.json", "package-lock.json", "judge.mjs")
# A key whose policy leaves it to IAM who may use it, as every account's own statement does.
_KEY_POLICY: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    ],
}


@dataclass(frozen=True)
class Question:
    """Whether a role may make a request.

    Attributes:
        role: its name.
        policies: what it has.
        asked: the request, on something of `ACCOUNT`.
        boundary: the role's.
        account: the role's.
        resource_policy: of what the request is on.
    """

    role: str
    policies: Sequence[Policy]
    asked: Authorization
    boundary: Policy | None = None
    account: str = ACCOUNT
    resource_policy: Policy | None = None

    def simulation(self) -> dict[str, Any]:
        """Write it as the evaluator reads it."""
        bounds = [{"name": "boundary", "policy": self.boundary}] if self.boundary else None
        on = self.resource_policy or (_KEY_POLICY if ":key/" in self.asked.resource else None)
        return {
            "request": {
                "principal": f"arn:aws:iam::{self.account}:role/{self.role}",
                "action": self.asked.action,
                "resource": {"resource": self.asked.resource, "accountId": ACCOUNT},
                "contextVariables": self.asked.context,
            },
            "identityPolicies": [{"name": f"{n}", "policy": policy} for n, policy in enumerate(self.policies)],
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
            **({"permissionBoundaryPolicies": bounds} if bounds else {}),
            **({"resourcePolicy": on} if on else {}),
        }


def decisions(questions: Sequence[Question]) -> list[str]:
    """Answer questions, in the words of `evaluation`; a request that AWS does not know is an `error: …`."""
    found: list[str] = _run(simulations=[question.simulation() for question in questions])["decisions"]
    return found


def findings(policies: Sequence[tuple[Kind, Policy]]) -> list[list[str]]:
    """List what is wrong with the writing of each policy."""
    found: list[list[str]] = _run(policies=[{"kind": kind, "policy": policy} for kind, policy in policies])["findings"]
    return found


def _run(**asked: Any) -> Any:
    done = subprocess.run(
        ["node", f"{_installed() / 'judge.mjs'}"],
        input=json.dumps({"simulations": [], "policies": [], **asked}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _installed() -> Path:
    pins = b"".join((_PROGRAMS / name).read_bytes() for name in _FILES)
    return build_once(cache_folder() / "iam-judge" / hashlib.sha256(pins).hexdigest()[:16], _install)


def _install(folder: Path) -> None:
    npm = shutil.which("npm")
    assert npm, "npm is not on PATH; install Node.js 20 or newer: a judge of policies is run with it"
    for name in _FILES:
        shutil.copy(_PROGRAMS / name, folder)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
