"""What an empty list says: what comes there, and from where."""

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ANY = _("There is nothing here yet.")

#: By the name of the model.
WORDS = {
    "appointment": _("Nothing is booked. What the desk, a package or a patient books stands here."),
    "certificate": _("No audit yet. Every night all rows are checked, and what was found stands here."),
    "charge": _("Nothing has been charged yet. A charge arises when a patient does not come or cancels late."),
    "clinic": _("No clinic yet. Add the places where patients are seen."),
    "closure": _("No closure. Add the holidays and the days on which a clinic stays closed."),
    "consultation": _("No consultation yet. One is asked for when a walk-in is received for a doctor."),
    "dayclosing": _("No day has been closed yet. A cashier counts the drawer in the evening at the cash desk."),
    "extrahours": _("No extra hours. Add a day on which somebody works besides the usual hours."),
    "heldslot": _("No time is offered. The time of a cancelled appointment is offered to the waiting list."),
    "invoice": _("No invoice has been written yet. One arises when something is sold or billed at the cash desk."),
    "job": _("No job has run yet. Work on many rows at once stands here with its result."),
    "leave": _("Nobody is on leave. What providers ask for and what managers enter stands here."),
    "message": _("No message yet. Confirmations, reminders and receipts stand here once they are written."),
    "offer": _("No time has been offered to anybody yet. Offers to patients of the waiting list stand here."),
    "operation": _("Nothing has been changed in bulk yet. What is booked for many at once can be undone here."),
    "package": _("No package yet. Add how many sessions of which services are sold together, and for how much."),
    "packagepurchase": _("No patient has a package yet. Packages are sold at the package desk and at the cash desk."),
    "patient": _("No patient yet. Register the first one, or bring a list in with Import."),
    "payment": _("Nothing has been paid yet. What is taken and given back at the cash desk stands here."),
    "provider": _("No provider yet. Add who treats patients, then their working hours."),
    "rebooking": _("Nothing is to be re-booked. Appointments that leave or a closure displaces wait here."),
    "refundrequest": _("Nobody asks for money back. A cashier asks for it, and a manager decides."),
    "refusedattempt": _("Nothing has been refused. Attempts that a rule stopped stand here with the reason."),
    "room": _("No room yet. Add the rooms of a clinic, with how many patients fit into each."),
    "series": _("No series yet. Book an appointment that repeats, and it stands here."),
    "service": _("No service yet. Add what patients come for: how long it takes, what it costs, who gives it."),
    "sessionentry": _(
        "Nothing has been written yet. Every session that a package gives, reserves or uses stands here."
    ),
    "user": _("Nobody can sign in yet. Add a login for everybody who works here."),
    "visit": _("Nobody has come yet. A visit begins when a walk-in is received."),
    "waitlistentry": _("Nobody waits for a time. Put on the list whoever wants an earlier one."),
    "workinghours": _("No working hours yet. Add when each provider works in a week: free times come from them."),
}


def empty_words(model: type[Model]) -> str | Promise:
    return WORDS.get(model._meta.model_name or "", ANY)
