"""A cashier at work: the Monday of the tests, with the pages of the cash desk at hand."""

import re
from uuid import uuid4

from django.urls import reverse

from tests.factories import NINE, make_invoice, make_patient, make_visit

HTMX = {"HX-Request": "true", "HX-Target": "modal-content"}


def chosen(shown: str, name="method") -> str | None:
    """The value of the radio button that is chosen."""
    buttons = [button for button in re.findall(r"<input[^>]*>", shown) if f'name="{name}"' in button]
    values = [re.search(r'value="([^"]*)"', button)[1] for button in buttons if "checked" in button]
    return values[0] if values else None


class CashDesk:
    """Ours at nine on Monday; `client` is somebody with the role."""

    def __init__(self, ours, client):
        self.ours, self.client, self.user = ours, client, client.user

    def address(self, page, *args) -> str:
        return reverse(f"admin:{page}", args=args)

    def page(self, page, *args, htmx=False, **query) -> str:
        answer = self.client.get(self.address(page, *args), query, headers=HTMX if htmx else {})
        assert answer.status_code == 200, answer
        return answer.content.decode()

    def post(self, page, *args, htmx=True, **values):
        return self.client.post(self.address(page, *args), values, headers=HTMX if htmx else {})

    def patient(self, name="Huda", **fields):
        return make_patient(self.ours.organisation, name, **fields)

    def invoice(self, *amounts, name="Huda", clinic=None, **fields):
        return make_invoice(
            fields.pop("patient", None) or self.patient(name), clinic or self.ours.clinic, *amounts, **fields
        )

    def sent(self, name="Huda", *, at=NINE):
        """An invoice of a visit whose doctor has sent the patient to the cashier."""
        patient = self.patient(name)
        visit = make_visit(patient, self.ours.clinic, cashier_asked_at=at, cashier_asked_by=self.ours.user)
        return self.invoice(patient=patient, visit=visit)

    def pay(self, invoice, *, amount="150.00", method="cash", key=None, page="take_payment", **values):
        sent = {"amount": amount, "method": method, "reference": "", "request_key": key or uuid4(), **values}
        return self.post(page, invoice.pk, **sent)
