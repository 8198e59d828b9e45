"""Lambda's Python runtime as far as imports go: the standard library, the SDK, and what lies in a package."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9._-]+")


def copy_sdk(target: Path) -> Path:
    """Copy boto3 and all it requires into a folder, as the runtime has it beside a function; return the folder."""
    pending, copied = ["boto3"], set[str]()
    while pending:
        distribution = importlib.metadata.distribution(pending.pop())
        copied.add(distribution.name)
        for file in distribution.files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(f"{distribution.locate_file(file)}", target / file)
        required = (_NAME.match(line) for line in distribution.requires or () if "extra ==" not in line)
        pending += [name[0] for name in required if name and name[0] not in copied]
    return target


def run_alone(code: str, environment: Mapping[str, str], *folders: Path) -> str:
    """Run code in a Python of its own, which finds modules in the standard library and in folders; return its stdout.

    Nothing of the project's environment is found: no site-packages, no `.pth` file, no working directory.
    """
    done = subprocess.run(
        [sys.executable, "-B", "-S", "-P", "-c", code],
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "AWS_DEFAULT_REGION": "eu-central-1",
            **environment,
            "PYTHONPATH": os.pathsep.join(map(str, folders)),
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout
