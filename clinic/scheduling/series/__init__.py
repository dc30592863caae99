"""Series: appointments that recur by a weekly rule at an hour of the clinic's wall clock, each a row of its own.

`rule` knows the days, `preview` shows every date before anything is saved, `members` says who belongs to a series and
what of it can still change, `patterns` finds the rule that a patient's sessions have followed. The verbs that write,
`book_series`, `move_series` and `cancel_series`, are those of `clinic.scheduling.booking`.
"""
