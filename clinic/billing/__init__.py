"""What patients owe and pay.

An *invoice* asks for its lines: services, packages and fees at the prices of the day. A *payment* belongs to one
invoice; a *refund* is a payment below zero of the payment it takes from. Neither is ever changed, nor is a line: an
invoice is wrong and becomes *void*, or what is left of it is *waived*. What is left is the lines minus the payments.
Invoices and receipts are numbered without a gap, in the transaction that writes them.

How far an invoice, its visit and its fees are paid is kept beside them and written with every change, in the same
transaction (`standing`); who waits for money hears of it there too (`signals`), so that neither is without the other.
Whoever changes anything locks the visit, then fees and packages, then the invoice, and reads again.

A *charge* is a fee that the organisation's policy raises for an appointment that was not held. Each appointment has at
most one: it is raised with the step that causes it, in the same transaction, and withdrawn when that step is undone.
It is paid through an invoice, with which it is *paid*, *waived* or open again; on no invoice it may be *waived*, when
the clinic forgives it, or *withdrawn*, when it should never have been raised. Only what is not paid can be raised anew.
Whoever raises or settles one holds the appointment's lock, so that a fee is raised once however often it is asked for.
"""
