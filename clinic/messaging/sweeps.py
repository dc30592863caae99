"""How far the rules that write messages by themselves have come."""

from collections.abc import Collection
from datetime import datetime

from clinic.models import Sweep

type Rule = tuple[int, str]  # the key of its organisation, and its name


def sweeps_of(rules: Collection[Rule], *, prefix: str, at: datetime, unread: Collection[int] = ()) -> dict[Rule, Sweep]:
    """One for each of these rules, which are all whose names begin so; at most four queries.

    A rule that is seen for the first time has come as far as `at`; one that is no rule any more is forgotten, unless
    it is of an organisation in `unread`, whose rules nobody knows just now.
    """
    known = _known(prefix)
    if gone := [row.pk for rule, row in known.items() if rule not in rules and rule[0] not in unread]:
        Sweep.objects.filter(pk__in=gone).delete()
    if new := [Sweep(organisation_id=pk, rule=name, swept_until=at) for pk, name in rules if (pk, name) not in known]:
        Sweep.objects.bulk_create(new, ignore_conflicts=True)
        known = _known(prefix)
    return {rule: known[rule] for rule in rules if rule in known}


def lock(sweep: Sweep) -> Sweep | None:
    """The row as it is once no other worker writes for this rule; None for a rule that was taken out meanwhile."""
    return Sweep.objects.select_for_update().filter(pk=sweep.pk).first()


def note(sweeps: Collection[Sweep], *, at: datetime) -> None:
    """All these rules have come as far as `at`; none of them goes back."""
    if sweeps:
        Sweep.objects.filter(pk__in=[sweep.pk for sweep in sweeps], swept_until__lt=at).update(swept_until=at)


def _known(prefix: str) -> dict[Rule, Sweep]:
    return {(row.organisation_id, row.rule): row for row in Sweep.objects.filter(rule__startswith=prefix)}
