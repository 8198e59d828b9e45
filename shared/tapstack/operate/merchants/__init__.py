"""A merchant's life, by operators' commands: rows of the merchants table, and API keys in usage plans.

Every operation is a way of steps that each can be done again. What has begun is noted in the merchant's enrolment
before anything else is made, with the values that must be handed over, encrypted; so the same command goes on where
one was cut, with the same key and secret, and of two at once both come to the same end or one is told of the other.
"""
