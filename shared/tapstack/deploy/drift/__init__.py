"""How environments drift: what others changed, took or added in the cloud, what programs would change, stale outputs.

`find` puts the answer together; `differences` is what the engine reads of a resource against its state, `additions`
what our things hold beyond the states, by the table in `looks`; `by_design` is what is no drift, with the reasons.
"""
