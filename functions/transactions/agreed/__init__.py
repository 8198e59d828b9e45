"""What the functions and the programs that deploy them must agree on, stated once and imported by both sides.

Standard library alone, and one module per subject: a program is touched by a change of what it uses, and of nothing
else, and a function's cold start takes in a few small files.
"""
