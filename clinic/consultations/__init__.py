"""The outpatient consultation: from the walk-in to the day it is closed for ever.

A patient who walks in has a *visit* in a clinic, and each service asked for has a line on one of its invoices. What is
billed after has its consultation at once; what is billed before gets it in the transaction that clears the visit.

What is scarce is the gate. A consultation billed before is active only once its visit is cleared, and it goes from
pending to active to closed, by no other way and never back. It belongs to one doctor, or to any doctor of the clinic
until one takes it; nobody else reads what is written in it. The pattern of every verb:

1. lock the visit, then the invoice, then the consultation, always in this order;
2. read again, and ask every rule;
3. write with history, in the same transaction as what caused it.

The table has the last word (`consultation_goes_one_way`, `consultation_begins_when_paid`,
`closed_consultation_is_final`). Do not write a consultation anywhere else.
"""
