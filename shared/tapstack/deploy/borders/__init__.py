"""Replacing what the readers of a layer hold, without an outage: expand, move, contract.

    expand     the producer makes the new beside the old and exports it; nothing is deleted
    move       each reader goes over to the new by an update of its own
    contract   the producer deletes the old, once nobody holds it

Each step is an ordinary `up` of one layer, and can be repeated. Which it is follows from what there is: the preview of
the producer, and the ids in the readers' states. The old stays in the producer's state, as the engine's pending
deletions, so that nothing has to be remembered elsewhere.
"""
