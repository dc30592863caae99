"""The permissions that services ask for themselves, whoever calls them, and those of money that screens ask for.

Screens ask for VOID_INVOICE and REFUND: to take a sale back, which makes its invoice void, REFUND is enough.
"""

OVERBOOK = "clinic.overbook_appointment"
WAIVE = "clinic.waive_appointment"
ADJUST_PACKAGE = "clinic.adjust_packagepurchase"
WAIVE_INVOICE = "clinic.waive_invoice"
VOID_INVOICE = "clinic.void_invoice"
REFUND = "clinic.refund_payment"
APPROVE_REFUND = "clinic.approve_refundrequest"
HAND_OVER = "clinic.hand_over_consultation"
