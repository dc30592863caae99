"""`manage.py audit` at the prompt: every invariant with its rows, broken rows by name, and an exit code to rely on."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from clinic.audit.look import invariants
from clinic.constraints import remove_triggers
from clinic.models import Appointment, Message, PackagePurchase


def audit(*arguments) -> tuple[list[str], str]:
    """What it prints, line by line, and what it ends with, which is empty where it exits with 0."""
    out = StringIO()
    try:
        call_command("audit", *arguments, stdout=out, no_color=True)
    except CommandError as error:  # which `manage.py` turns into an exit with 1
        return out.getvalue().splitlines(), str(error)
    return out.getvalue().splitlines(), ""


def test_every_invariant_is_told_with_the_rows_it_was_asked_of(ours, theirs):
    lines, ended = audit("--history")

    *told, summary, verdict = lines
    assert ended == ""
    assert verdict == "All invariants hold."
    assert [line.split()[1] for line in told] == [one.name for one in invariants()]
    assert {line.split()[0] for line in told} == {"OK"}
    (links,) = (line for line in told if "appointment_links" in line)
    assert links.split()[2:4] == ["4", "rows"]
    assert f"{len(told)} invariants" in summary


def test_broken_rows_are_named_with_what_to_do_and_the_exit_code_says_so(ours):
    PackagePurchase.objects.filter(pk=ours.purchase.pk).update(sessions_used=1)

    lines, ended = audit("--only", "purchase_adds_up")

    assert lines[0].split()[:2] == ["BROKEN", "purchase_adds_up"]
    assert lines[1].strip() == (
        f"clinic_packagepurchase {ours.purchase.pk}: Says 1 of 10 used; the ledger says 0 of 10."
    )
    assert lines[2].strip().startswith("→ A package counts its sessions as its ledger does. Adjust the package")
    assert ended == "Broken invariants: 1 of 1; broken rows: 1."


def test_no_more_rows_are_named_than_were_asked_for_and_the_rest_is_counted(ours):
    PackagePurchase.objects.update(sessions_used=1)

    lines, ended = audit("--only", "purchase_adds_up", "--most", "2")

    assert [line.split()[0] for line in lines[1:3]] == ["clinic_packagepurchase"] * 2
    assert lines[3].strip() == "… and 1 more"
    assert ended.endswith("broken rows: 3.")


def test_a_missing_trigger_is_named(db, django_db_blocker):
    remove_triggers(Appointment._meta.app_config, plan=["something"])

    lines, ended = audit("--only", "appointment_guards")

    named = {line.split()[1].rstrip(":") for line in lines if line.strip().startswith("clinic_appointment")}
    assert any(name.startswith("appointment_agrees") for name in named)
    assert ended


def test_the_history_is_compared_only_when_asked_for(ours):
    Message.objects.all().delete()
    Appointment.history.all().delete()

    assert audit()[1] == ""
    assert "appointment_history" in " ".join(audit("--history")[0])
    assert audit("--history")[1].startswith("Broken invariants: 1 of ")


def test_an_unknown_name_is_refused(db):
    with pytest.raises(CommandError, match="no invariant of this name: purchase_subtracts_down"):
        call_command("audit", "--only", "purchase_subtracts_down")


def test_the_process_exits_with_1_when_something_is_broken(ours):
    PackagePurchase.objects.filter(pk=ours.purchase.pk).update(sessions_used=1)

    with pytest.raises(CommandError) as ended:
        call_command("audit", "--only", "purchase_adds_up", stdout=StringIO())

    assert ended.value.returncode == 1
