"""What happens to appointments that lose their time: a leave, a closure or changed hours have taken it away.

Whatever takes time away, through whichever door, opens a batch in the same transaction (`receivers`): one for each
cause, with every appointment that lay in an opening before and lies in none now (`hits`). Until somebody settles it
(`settling`), an item is open and the appointment stands where it stood: the old time stays the patient's, and nobody
hears anything. It is moved by approving a proposal, kept as it is with a reason, cancelled, moved by hand, or fits
again because the time has come back. The proposals are the planner's (`clinic.scheduling.planning.plan_rebooking`).

Lock order: providers and patients first (`locks.lock`, as every booking), then batches and items.
"""
