"""What a policy means, group by group, in sentences for those who set it; no query but for its organisation."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from admin_ext.columns import left_to_right_text, money_text
from admin_ext.lengths import hours_text
from admin_ext.policy_sentences import quiet_hours, reminder_times
from clinic.enums import Channel, NoShowConsequence
from clinic.models import Policy


def booking(policy: Policy) -> list[str]:
    days = policy.booking_horizon_days
    ahead = ngettext("It can be booked %(n)d day ahead.", "It can be booked up to %(n)d days ahead.", days) % {
        "n": days
    }
    if not policy.minimum_notice:
        return [_("An appointment can be booked until the moment it begins."), ahead]
    notice = {"time": hours_text(policy.minimum_notice)}
    return [_("An appointment is booked at least %(time)s before it begins.") % notice, ahead]


def waiting_list(policy: Policy) -> list[str]:
    asked = ngettext(
        "A free time is offered to %(n)d patient at once; it is held for %(time)s, then the next in line is asked.",
        "A free time is offered to %(n)d patients at once; it is held for %(time)s, then the next in line are asked.",
        policy.offers_at_once,
    ) % {"n": policy.offers_at_once, "time": hours_text(policy.offer_hold)}
    if policy.offers_released_times:
        return [asked, _("A time that is cancelled or moved away is offered by itself, some minutes later.")]
    return [asked, _("A time that is cancelled or moved away is offered when somebody at the desk decides so.")]


def late_cancellations(policy: Policy) -> list[str]:
    if policy.cancellation_window:
        window = {"time": hours_text(policy.cancellation_window)}
        who = _("A patient who cancels less than %(time)s before the appointment") % window
    else:
        who = _("A patient who cancels when the appointment should have begun")
    cost = costs(
        who, session=policy.late_cancellation_uses_session, fee=policy.late_cancellation_fee, currency=currency(policy)
    )
    return [cost, _("Earlier cancellations cost nothing, nor does any cancellation by the clinic.")]


def no_shows(policy: Policy) -> list[str]:
    who = _("A patient who does not come")
    cost = costs(who, session=policy.no_show_uses_session, fee=policy.no_show_fee, currency=currency(policy))
    limit = ngettext(
        "After %(n)d no-show within %(days)d days %(consequence)s.",
        "After %(n)d no-shows within %(days)d days %(consequence)s.",
        policy.no_show_limit,
    ) % {"n": policy.no_show_limit, "days": policy.no_show_days, "consequence": consequence(policy)}
    mercy = _(
        "A manager can waive a no-show or a late cancellation, with a reason: the session is given back, the fee is "
        "forgiven and the no-show no longer counts."
    )
    return [cost, limit, follow_up(policy), mercy]


def follow_up(policy: Policy) -> str:
    if policy.follows_up_no_shows:
        return _("A quarter of an hour later the patient is written to and asked to call for another time.")
    return _("The patient is not written to.")


def costs(who: str, *, session: bool, fee: Decimal, currency: str) -> str:
    values = {"who": who, "fee": money_text(fee, currency)}
    if session and fee:
        return _("%(who)s loses the session of the package and owes %(fee)s.") % values
    if session:
        return _("%(who)s loses the session of the package and owes no fee.") % values
    if fee:
        return _("%(who)s does not lose the session of the package, but owes %(fee)s.") % values
    return _("%(who)s does not lose the session of the package and owes no fee.") % values


def consequence(policy: Policy) -> str:
    return {
        NoShowConsequence.FLAG: _("the desk sees a warning beside the patient's name"),
        NoShowConsequence.MUST_CONFIRM: _("each appointment is marked until the patient has confirmed it"),
        NoShowConsequence.MUST_PREPAY: _("the patient can only book sessions of a package, which are paid in advance"),
        NoShowConsequence.NO_SELF_BOOKING: _("the patient can no longer book online, only at the front desk"),
    }[NoShowConsequence(policy.no_show_consequence)]


def outpatients(policy: Policy) -> list[str]:
    gate = _("What is billed before is paid or waived before a doctor can begin, whoever tries.")
    if policy.queues_before_payment:
        return [_("A patient who walks in waits in the doctor's queue at once, marked as not paid."), gate]
    return [_("A patient who walks in gets a place in the doctor's queue with the payment."), gate]


def messages(policy: Policy) -> list[str]:
    reminders = [reminder(channel, ahead) for channel in Channel if (ahead := policy.reminder_minutes.get(channel))]
    said = [*(reminders or [_("No reminders go out.")]), expiring(policy), *quiet_hours(policy)]
    if reminders:
        said.insert(len(reminders), _("Who books later than that is told by the confirmation alone."))
    return said


def expiring(policy: Policy) -> str:
    days = policy.expiring_days
    if not days:
        return _("Nobody is told by itself that a package runs out.")
    return ngettext(
        "Who has sessions left that are not booked is told %(n)d day before the package runs out.",
        "Who has sessions left that are not booked is told %(n)d days before the package runs out.",
        days,
    ) % {"n": days}


def video(policy: Policy) -> list[str]:
    address = left_to_right_text(policy.video_base_url)
    return [_("Each virtual appointment gets a private room of its own at %(address)s.") % {"address": address}]


def reminder(channel: Channel, minutes: list[int]) -> str:
    sentence = _("A reminder by %(channel)s goes out %(times)s before the appointment.")
    return sentence % {"channel": channel.label, "times": reminder_times(minutes)}


def currency(policy: Policy) -> str:
    return policy.organisation.currency
