"""Addresses of the package desk, of auto-scheduling one purchase and of auto-scheduling everyone."""

from admin_ext.package_desk.auto_schedule import AutoSchedulePage, BookPlanPage, SwapPage
from admin_ext.package_desk.bulk import BookBulkPlanPage, BulkPlanPage, BulkSchedulePage
from admin_ext.package_desk.pages import AssignPackagePage, PackageDeskPage

urlpatterns = [
    PackageDeskPage.at("packages/desk/", "package_desk"),
    AssignPackagePage.at("packages/assign/", "assign_package"),
    AutoSchedulePage.at("purchases/<int:pk>/schedule/", "auto_schedule"),
    SwapPage.at("purchases/<int:pk>/schedule/swap/", "swap_session"),
    BookPlanPage.at("purchases/<int:pk>/schedule/book/", "book_plan"),
    BulkSchedulePage.at("schedule/everyone/", "bulk_schedule"),
    BulkPlanPage.at("schedule/plans/<uuid:public_id>/", "bulk_plan"),
    BookBulkPlanPage.at("schedule/plans/<uuid:public_id>/book/", "book_bulk_plan"),
]
