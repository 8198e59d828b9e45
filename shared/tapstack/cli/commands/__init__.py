"""What the verbs take, a module each with a click command named `command`.

Help and completion import these modules, so they import nothing but click at their top: what a verb does, and all that
this needs, is imported in its function.
"""
