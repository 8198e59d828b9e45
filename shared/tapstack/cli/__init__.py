"""The command line.

`sections` is the table of verbs, a module of `commands` says what a verb takes, one of `actions` what it does.
"""
