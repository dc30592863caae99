"""Invariants over several rows that no constraint of a table can keep, by what they are about."""

from clinic.audit.invariant import Invariant
from clinic.audit.rules import diary, fees, ledger, money, numbers, outbox, sessions, treatment, waiting

RULES: list[Invariant] = [
    *diary.RULES, *sessions.RULES, *fees.RULES, *money.RULES, *numbers.RULES, *outbox.RULES, *waiting.RULES,
    *ledger.RULES, *treatment.RULES,
]  # fmt: skip
