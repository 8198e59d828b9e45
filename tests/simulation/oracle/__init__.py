"""A second, plain and slow implementation of what the system promises, which shares no code with it.

It is told facts from outside: what merchants sent and were answered, what operators wrote, and every change of the
tables in its order. From them it works out each verdict anew. Where the outcome depends on the order of what ran at the
same time, it takes the order in which the histories were written, or says whether what came out is allowed at all.

Where the promises stand: docs/guarantees.md, docs/openapi.json, and the descriptions of a merchant's settings. Formats
of items, messages and bodies are written down here once more, as data (wire.py): what is stored outlives any code.
"""
