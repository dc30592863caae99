"""The look over the whole database: whether what must never happen has happened.

An invariant is one rule and the one question that finds the rows that break it; the rows are searched where they are,
and only those that are named leave the database, so that the size of the tables costs time and no memory. A question
is one statement: it sees one moment of the database, however much is booked meanwhile.

`declared` turns what the models declare into invariants: links, checks, uniqueness, overlaps, history, and the guards
themselves; a new table is audited without a line here. `rules` holds what no table can say of itself.
"""
