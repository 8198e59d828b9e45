"""What all command lines have in common, beyond what the commands' own tests show."""

import os
import subprocess
import sys

TALKS = """
import sys, types
from tapstack.cli.command_line import Parser, run_command
talk = types.ModuleType("talk")
talk.configure = lambda parser: None
talk.run = lambda options: print("hello") or 0
sys.exit(run_command(Parser(), [talk], ["talk"], errors=(), interrupted=""))
"""


def test_a_reader_that_has_had_enough_is_told_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-c", TALKS], stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)

    assert (done.returncode, done.stderr) == (141, b"")
