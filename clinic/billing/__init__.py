"""What patients owe.

A charge is a fee that the organisation's policy raises for an appointment that was not held. Each appointment has at
most one: it is raised with the step that causes it, in the same transaction, and withdrawn when that step is undone.
It leaves `open` once: *paid* when it was collected, *waived* when the clinic forgives it, *withdrawn* when it should
never have been raised. Only what is not paid can be raised anew. Whoever raises or settles holds the appointment's
lock, so that a fee is raised once however often it is asked for.
"""
