"""What may happen to a patient's package as a whole at a desk."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from clinic.models import PackagePurchase
from clinic.packages import services as packages
from tests.clinic.scheduling.stateful.choices import some, three

DEEDS = ["freeze", "unfreeze", "cancel_remaining", "extend", "add", "take away", "transfer"]


class PackageRules:
    """A mixin of a Desk."""

    @rule(number=some, deed=st.sampled_from(DEEDS), patient=three, days=st.integers(0, 20))
    def change_a_package(self, number, deed, patient, days):
        for purchase in self.one_of_all(PackagePurchase.objects.all(), number):
            with self.refused_or_done():
                self.change_package(purchase, deed, self.world.patients[patient], days)

    def change_package(self, purchase, deed, patient, days):
        named = {"by": self.world.chief, "reason": "Asked for it", "at": self.at}
        match deed:
            case "extend":
                packages.extend(purchase, days=days, **named)
            case "add" | "take away":
                item = purchase.items.get()
                packages.adjust(purchase, item, sessions=1 if deed == "add" else -1, **named)
            case "transfer":
                packages.transfer(purchase, patient, **named)
            case verb:
                getattr(packages, verb)(purchase, **named)
