"""Addresses of the package desk, of auto-scheduling one purchase and of auto-scheduling everyone."""

from admin_ext.package_desk.auto_schedule import AutoSchedulePage, BookPlanPage, SwapPage
from admin_ext.package_desk.bulk import BookBulkPlanPage, BulkPlanPage, BulkSchedulePage
from admin_ext.package_desk.change_menu import ChangeMenuPage
from admin_ext.package_desk.changes import (
    AdjustPage,
    CancelRemainingPage,
    ExtendPage,
    FreezePage,
    TransferPage,
    UnfreezePage,
)
from admin_ext.package_desk.expiring import ExpiringPage, RemindExpiringPage
from admin_ext.package_desk.move import MoveRemainingPage
from admin_ext.package_desk.pages import AssignPackagePage, PackageDeskPage

urlpatterns = [
    PackageDeskPage.at("packages/desk/", "package_desk"),
    AssignPackagePage.at("packages/assign/", "assign_package"),
    AutoSchedulePage.at("purchases/<int:pk>/schedule/", "auto_schedule"),
    SwapPage.at("purchases/<int:pk>/schedule/swap/", "swap_session"),
    BookPlanPage.at("purchases/<int:pk>/schedule/book/", "book_plan"),
    ExpiringPage.at("packages/expiring/", "expiring_packages"),
    RemindExpiringPage.at("packages/expiring/remind/", "remind_expiring"),
    ChangeMenuPage.at("purchases/<int:pk>/change-package/", "change_package"),
    MoveRemainingPage.at("purchases/<int:pk>/move/", "move_remaining"),
    CancelRemainingPage.at("purchases/<int:pk>/cancel/", "cancel_remaining"),
    FreezePage.at("purchases/<int:pk>/freeze/", "freeze_package"),
    UnfreezePage.at("purchases/<int:pk>/unfreeze/", "unfreeze_package"),
    ExtendPage.at("purchases/<int:pk>/extend/", "extend_package"),
    AdjustPage.at("purchases/<int:pk>/adjust/", "adjust_package"),
    TransferPage.at("purchases/<int:pk>/transfer/", "transfer_package"),
    BulkSchedulePage.at("schedule/everyone/", "bulk_schedule"),
    BulkPlanPage.at("schedule/plans/<uuid:public_id>/", "bulk_plan"),
    BookBulkPlanPage.at("schedule/plans/<uuid:public_id>/book/", "book_bulk_plan"),
]
