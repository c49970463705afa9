"""Jobs: work that is done later and step by step, survives everything, and is seen and tried again by operators.

A use case enqueues a job in its own transaction (`queue`); the worker takes it when it is due (`runner`) and calls the
function of its kind (`kinds`) for one step after the other, each a transaction. What has to be computed runs in a
process of its own (`children`). Operators have `operations`.
"""
