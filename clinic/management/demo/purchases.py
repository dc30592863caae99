"""The purchases as they stand at the demo's now, with their items and their ledgers."""

from collections import defaultdict
from datetime import datetime, time, timedelta

from clinic.enums import AppointmentStatus, PurchaseStatus, SessionEntryKind
from clinic.management.demo.appointments import Played
from clinic.management.demo.chronicle import Chronicle, write_all
from clinic.management.demo.records import BATCH
from clinic.management.demo.sales import FROZEN, Sale
from clinic.management.demo.world import World
from clinic.models import PackagePurchase, PurchaseItem, SessionEntry


def write_purchases(world: World, sales: list[Sale], played: list[Played]) -> dict[Sale, PackagePurchase]:
    """Write the purchases, oldest first, and name them on the appointments that take place on them."""
    uses: dict[Sale, list[Played]] = defaultdict(list)
    for one in played:
        if one.session_used_at:
            uses[one.booking.sale].append(one)
    chronicles = [purchase_chronicle(world, sale, uses[sale]) for sale in sales]
    write_all(PackagePurchase, chronicles)
    purchases = {sale: chronicle.row for sale, chronicle in zip(sales, chronicles, strict=True)}
    for one in played:
        if one.booking.sale:
            one.chronicle.changes[0].fields["package_purchase_id"] = purchases[one.booking.sale].pk
    return purchases


def purchase_chronicle(world: World, sale: Sale, uses: list[Played]) -> Chronicle:
    """Bought, used session by session, and then completed, frozen, expired or still going on."""
    chronicle = Chronicle()
    chronicle.add(
        sale.sold_at,
        world.desk,
        organisation_id=world.organisation.pk,
        patient_id=sale.person.patient.pk,
        package_id=sale.package.pk,
        price=sale.package.price,
        purchased_on=sale.purchased_on,
        expires_on=sale.expires_on,
        total_sessions=sale.sessions,
        sessions_used=0,
        status=PurchaseStatus.ACTIVE,
        assigned_by_id=world.desk.pk,
    )
    for used, one in enumerate(sorted(uses, key=used_at), start=1):
        status = PurchaseStatus.COMPLETED if used == sale.sessions else PurchaseStatus.ACTIVE
        chronicle.add(used_at(one), world.desk, sessions_used=used, status=status)
    if len(uses) < sale.sessions:
        close_unused(world, sale, chronicle)
    return chronicle


def used_at(one: Played) -> datetime:
    return one.session_used_at


def close_unused(world: World, sale: Sale, chronicle: Chronicle) -> None:
    """Freeze what the stage says, and let expire what is past its last day."""
    if sale.stage.name == FROZEN:
        on = world.today - timedelta(days=world.chance.randint(3, 10))
        at = datetime.combine(on, time(13, 10), world.zone)
        chronicle.add(at, world.desk, reason="Family travels", status=PurchaseStatus.FROZEN, frozen_on=on)
    elif sale.expires_on < world.today:
        at = datetime.combine(sale.expires_on + timedelta(days=1), time(0, 10), world.zone)
        chronicle.add(at, None, status=PurchaseStatus.EXPIRED)


def write_ledgers(world: World, purchases: dict[Sale, PackagePurchase], played: list[Played]) -> None:
    """Write the items of every purchase and, in order of time, what was granted and used of each."""
    items = [
        PurchaseItem(
            organisation_id=world.organisation.pk,
            purchase=purchase,
            service=item.service,
            sessions=item.sessions,
            step=item.step,
        )
        for sale, purchase in purchases.items()
        for item in sale.items
    ]
    PurchaseItem.objects.bulk_create(items, batch_size=BATCH)
    item_of = {(item.purchase_id, item.service_id): item for item in items}
    sold_at = {purchase.pk: sale.sold_at for sale, purchase in purchases.items()}
    entries = [grant_entry(world, item, sold_at[item.purchase_id]) for item in items]
    entries += (use_entry(world, item_of, one) for one in played if one.session_used_at)
    SessionEntry.objects.bulk_create(sorted(entries, key=lambda entry: entry.at), batch_size=BATCH)


def grant_entry(world: World, item: PurchaseItem, at: datetime) -> SessionEntry:
    return SessionEntry(
        organisation_id=world.organisation.pk,
        purchase=item.purchase,
        item=item,
        kind=SessionEntryKind.GRANT,
        sessions=item.sessions,
        by=world.desk,
        at=at,
    )


def use_entry(world: World, item_of: dict[tuple[int, int], PurchaseItem], one: Played) -> SessionEntry:
    appointment = one.chronicle.row
    missed = appointment.status == AppointmentStatus.NO_SHOW
    return SessionEntry(
        organisation_id=world.organisation.pk,
        purchase_id=appointment.package_purchase_id,
        item=item_of[appointment.package_purchase_id, appointment.service_id],
        kind=SessionEntryKind.USE,
        sessions=-1,
        appointment=appointment,
        by=world.desk,
        at=one.session_used_at,
        reason=str(AppointmentStatus.NO_SHOW.label) if missed else "",
    )
