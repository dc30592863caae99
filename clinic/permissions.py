"""The permissions that services ask for themselves, whoever calls them."""

OVERBOOK = "clinic.overbook_appointment"
WAIVE = "clinic.waive_appointment"
ADJUST_PACKAGE = "clinic.adjust_packagepurchase"
WAIVE_INVOICE = "clinic.waive_invoice"
VOID_INVOICE = "clinic.void_invoice"
REFUND = "clinic.refund_payment"
APPROVE_REFUND = "clinic.approve_refundrequest"
