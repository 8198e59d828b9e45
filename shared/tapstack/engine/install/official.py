"""Second route: the vendor's own installer, through the Automation API."""

import subprocess
import sys
import urllib.request
from pathlib import Path

from tapstack.console.progress import Step
from tapstack.engine.install.route import VERSION, RouteClosedError

_INSTALLER = "https://get.pulumi.com/install.sh"
# Machines that may not reach the vendor's hosts often drop the packets silently: find out in seconds.
_REACH_SECONDS = 4
_INSTALL_SECONDS = 300

# In a process of its own: the Automation API has no time limit, and prints what its installer prints.
_INSTALL = """\
import sys
import semver
from pulumi.automation import PulumiCommand
PulumiCommand.install(root=sys.argv[1], version=semver.VersionInfo.parse(sys.argv[2]), skip_version_check=True)
"""


def install(folder: Path, step: Step) -> None:
    """Install the official CLI with its language hosts into an empty folder (`<folder>/bin`).

    Raises:
        RouteClosedError: the download host is out of reach, or the installer failed.
    """
    step.note("asking the vendor's download host")
    try:
        urllib.request.urlopen(_INSTALLER, timeout=_REACH_SECONDS).close()
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise RouteClosedError(f"the vendor's download host is out of reach ({reason})") from error
    step.note(f"installing the official release {VERSION}")
    try:
        subprocess.run(
            [sys.executable, "-c", _INSTALL, str(folder), VERSION],
            capture_output=True,
            text=True,
            check=True,
            timeout=_INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise RouteClosedError(f"the official installer took longer than {_INSTALL_SECONDS} s") from error
    except subprocess.CalledProcessError as error:
        last_line = (error.stderr.strip().splitlines() or ["no message"])[-1]
        raise RouteClosedError(f"the official installer failed: {last_line}") from error
