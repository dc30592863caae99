"""The permissions that services ask for themselves, whoever calls them."""

OVERBOOK = "clinic.overbook_appointment"
WAIVE = "clinic.waive_appointment"
ADJUST_PACKAGE = "clinic.adjust_packagepurchase"
