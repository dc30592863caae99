"""What patients have bought and what is left of it.

A purchase is a copy of a package as it was on that day. Its sessions are counted three ways, always together: *used*
(held, or lost to a no-show), *reserved* (booked and not yet held), *free*. The ledger (`SessionEntry`) is the truth of
what was bought and used; `total_sessions` and `sessions_used` are its sums, kept on the row so that the table itself
refuses to use more than was bought. What is reserved is counted from the appointments.

What changes a whole purchase (freeze, extend, adjust, transfer, cancel what is booked) is one operation each:
`previews` say before what it would do, `services.take_change_back` undoes it. Sessions are released before the purchase
is locked, for providers and patients are locked first.

Whoever books, uses or gives back a session takes the purchase's lock first (`services.lock`) and reads after it;
several purchases are locked in one call, in the order of their keys.
"""
