"""What all command lines have in common, beyond what the commands' own tests show."""

import os
import subprocess
import sys


def test_a_reader_that_has_had_enough_is_told_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "tapstack", "touched"], stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (141, b"")
