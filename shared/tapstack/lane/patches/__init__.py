"""What the emulator does otherwise than AWS, put right from outside: a row for each in `table.py`.

It runs in the emulator's own environment, which has neither the rest of TapStack nor its dependencies: it imports the
standard library and, in `serving.py`, the emulator.
"""
