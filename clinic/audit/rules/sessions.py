"""The sessions of packages: what the ledger, the purchase and the appointments say must be the same."""

from django.utils.translation import gettext_lazy as _

from clinic.audit.invariant import Invariant
from clinic.enums import AppointmentStatus, PurchaseStatus
from clinic.models import Appointment, PackagePurchase, PurchaseItem, SessionEntry

LEDGER = Invariant(
    name="purchase_adds_up",
    rule=_("A package counts its sessions as its ledger does."),
    says=_("Says %(used)s of %(total)s used; the ledger says %(used_by_ledger)s of %(total_by_ledger)s."),
    remedy=_("Adjust the package to what the ledger says."),
    model=PackagePurchase,
    question="""
SELECT * FROM (
  SELECT bought.id AS key, organisation_id AS organisation, sessions_used AS used, total_sessions AS total,
         COALESCE(ledger.used, 0) AS used_by_ledger, COALESCE(ledger.total, 0) AS total_by_ledger
    FROM clinic_packagepurchase bought
    LEFT JOIN (SELECT purchase_id,
                      -SUM(CASE WHEN kind IN ('use', 'give_back') THEN sessions ELSE 0 END) AS used,
                      SUM(CASE WHEN kind IN ('use', 'give_back') THEN 0 ELSE sessions END) AS total
                 FROM clinic_sessionentry GROUP BY purchase_id) ledger ON ledger.purchase_id = bought.id
) compared WHERE used <> used_by_ledger OR total <> total_by_ledger
""",
)

ENOUGH = Invariant(
    name="purchase_is_never_overbooked",
    rule=_("Of no service of a package more sessions are used and booked than it has."),
    says=_("Has %(total)s sessions, of which %(used)s are used and %(reserved)s booked."),
    remedy=_("Cancel what is booked too much, or add sessions to the package."),
    model=PurchaseItem,
    question="""
SELECT * FROM (
  SELECT item.id AS key, item.organisation_id AS organisation, COALESCE(ledger.total, 0) AS total,
         COALESCE(ledger.used, 0) AS used, COALESCE(booked.reserved, 0) AS reserved
    FROM clinic_purchaseitem item
    LEFT JOIN (SELECT item_id,
                      -SUM(CASE WHEN kind IN ('use', 'give_back') THEN sessions ELSE 0 END) AS used,
                      SUM(CASE WHEN kind IN ('use', 'give_back') THEN 0 ELSE sessions END) AS total
                 FROM clinic_sessionentry GROUP BY item_id) ledger ON ledger.item_id = item.id
    LEFT JOIN (SELECT package_purchase_id, service_id, COUNT(*) AS reserved
                 FROM clinic_appointment
                WHERE package_purchase_id IS NOT NULL AND status IN {LIVE} AND NOT session_used
                GROUP BY package_purchase_id, service_id) booked
      ON booked.package_purchase_id = item.purchase_id AND booked.service_id = item.service_id
) counted WHERE used + reserved > total OR used < 0
""",
)

STATUS = Invariant(
    name="purchase_status_fits_what_is_left",
    rule=_("A package is completed when every session is used, and not before."),
    says=_("The status is “%(status)s” with %(used)s of %(total)s sessions used."),
    remedy=_("Look at its history, and adjust its sessions."),
    model=PackagePurchase,
    words={"status": PurchaseStatus},
    question="""
SELECT id AS key, organisation_id AS organisation, status, sessions_used AS used, total_sessions AS total
  FROM clinic_packagepurchase
 WHERE (status = 'active' AND sessions_used = total_sessions)
    OR (status = 'completed' AND sessions_used <> total_sessions)
""",
)

AT_REST = Invariant(
    name="purchase_at_rest_has_nothing_booked",
    rule=_("Nothing is booked on a package that is frozen, cancelled or transferred."),
    says=_("Is booked on package number %(purchase)s, which is “%(status)s”."),
    remedy=_("Cancel the appointment, or book it on another package."),
    model=Appointment,
    words={"status": PurchaseStatus},
    question="""
SELECT booked.id AS key, booked.organisation_id AS organisation, bought.id AS purchase, bought.status AS status
  FROM clinic_packagepurchase bought JOIN clinic_appointment booked ON booked.package_purchase_id = bought.id
 WHERE bought.status IN ('frozen', 'cancelled', 'transferred') AND booked.status IN {LIVE} AND NOT booked.session_used
""",
)

IN_PACKAGE = Invariant(
    name="session_is_in_its_package",
    rule=_("An appointment is booked on a package that has its service."),
    says=_("Package number %(purchase)s has no session of its service."),
    remedy=_("Book it anew on a package with this service, or without one."),
    model=Appointment,
    question="""
SELECT booked.id AS key, booked.organisation_id AS organisation, booked.package_purchase_id AS purchase
  FROM clinic_appointment booked
  LEFT JOIN clinic_purchaseitem item
    ON item.purchase_id = booked.package_purchase_id AND item.service_id = booked.service_id
 WHERE booked.package_purchase_id IS NOT NULL AND item.id IS NULL
""",
)

IN_TIME = Invariant(
    name="session_is_held_in_time",
    rule=_("No session is booked after the last day of its package."),
    says=_("Package number %(purchase)s ends before the appointment."),
    remedy=_("Extend the package, or move the appointment to an earlier day."),
    model=Appointment,
    question="""
SELECT booked.id AS key, booked.organisation_id AS organisation, bought.id AS purchase
  FROM clinic_appointment booked
  JOIN clinic_packagepurchase bought ON bought.id = booked.package_purchase_id
  JOIN clinic_clinic place ON place.id = booked.clinic_id
 WHERE booked.status IN {LIVE} AND NOT booked.session_used
   AND CASE WHEN booked.starts_at >= bought.expires_on
            THEN LOCAL_DAY(booked.starts_at, place.time_zone) > bought.expires_on ELSE 1 = 0 END
""",
)

USED = Invariant(
    name="session_is_used_by_what_was_held",
    rule=_("A completed appointment uses its session; what was neither held nor missed uses none."),
    says=_("The status is “%(status)s”; sessions used: %(used)s."),
    remedy=_("Undo the last step of the appointment and take it again."),
    model=Appointment,
    words={"status": AppointmentStatus},
    question="""
SELECT id AS key, organisation_id AS organisation, status, CASE WHEN session_used THEN 1 ELSE 0 END AS used
  FROM clinic_appointment
 WHERE package_purchase_id IS NOT NULL
   AND CASE WHEN session_used THEN waived_at IS NOT NULL
                                   OR NOT (status IN ('completed', 'no_show') OR cancelled_late)
            ELSE status = 'completed' END
""",
)

SPENT = Invariant(
    name="session_is_spent_once",
    rule=_("The ledger spends one session for each appointment that uses one, and none for the others."),
    says=_("The appointment uses %(used)s; the ledger has spent %(spent)s."),
    remedy=_("Undo the last step of the appointment and take it again."),
    model=Appointment,
    question="""
SELECT * FROM (
  SELECT booked.id AS key, booked.organisation_id AS organisation, CASE WHEN session_used THEN 1 ELSE 0 END AS used,
         COALESCE(ledger.spent, 0) AS spent
    FROM clinic_appointment booked
    LEFT JOIN (SELECT appointment_id, -SUM(sessions) AS spent
                 FROM clinic_sessionentry WHERE kind IN ('use', 'give_back') GROUP BY appointment_id) ledger
      ON ledger.appointment_id = booked.id
   WHERE session_used OR ledger.spent IS NOT NULL
) compared WHERE used <> spent
""",
)

OWN_SESSION = Invariant(
    name="session_is_spent_from_its_own_package",
    rule=_("An appointment spends the session of its own package and service, and of no other."),
    says=_("Spends a session of another package or service than appointment number %(appointment)s has."),
    remedy=_("Give the session back to this package and spend it from the right one."),
    model=SessionEntry,
    question="""
SELECT MIN(entry.id) AS key, entry.organisation_id AS organisation, booked.id AS appointment
  FROM clinic_sessionentry entry
  JOIN clinic_purchaseitem item ON item.id = entry.item_id
  JOIN clinic_appointment booked ON booked.id = entry.appointment_id
 WHERE booked.package_purchase_id IS DISTINCT FROM entry.purchase_id OR booked.service_id <> item.service_id
 GROUP BY entry.organisation_id, booked.id, item.id HAVING SUM(entry.sessions) <> 0
""",
)

RULES = [LEDGER, ENOUGH, STATUS, AT_REST, IN_PACKAGE, IN_TIME, USED, SPENT, OWN_SESSION]
