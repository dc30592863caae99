"""What patients owe, and taking their money.

The queue says who has something to pay. A payment, a sale and a refund are dialogs over it; each form carries a
`request_key`, so that what is sent twice happens once. Paper (receipts, the sheet of a closed day) is a page of its own
and is also drawn, unseen, into the page that asks to print it.
"""
