"""Addresses of the cash desk."""

from admin_ext.cash_desk.closing import CloseDayPage, DayClosingPage
from admin_ext.cash_desk.invoice import InvoicePage, VoidPage, WaivePage
from admin_ext.cash_desk.pay import PayFeesPage, PaySessionPage, TakePaymentPage
from admin_ext.cash_desk.queue import CashDeskPage
from admin_ext.cash_desk.receipt import ReceiptPage
from admin_ext.cash_desk.refunds import AnswerRefundPage, RefundPage, RefundRequestsPage
from admin_ext.cash_desk.sale import SellPackagePage, UndoSalePage

urlpatterns = [
    CashDeskPage.at("cash/", "cash_desk"),
    TakePaymentPage.at("cash/pay/<int:pk>/", "take_payment"),
    PayFeesPage.at("cash/fees/<int:pk>/", "pay_fees"),
    PaySessionPage.at("cash/session/<int:pk>/", "pay_session"),
    ReceiptPage.at("cash/receipt/<int:pk>/", "receipt"),
    InvoicePage.at("cash/invoice/<int:pk>/", "invoice"),
    WaivePage.at("cash/invoice/<int:pk>/waive/", "waive_invoice"),
    VoidPage.at("cash/invoice/<int:pk>/void/", "void_invoice"),
    RefundPage.at("cash/refund/<int:pk>/", "refund"),
    RefundRequestsPage.at("cash/refunds/", "refund_requests"),
    AnswerRefundPage.at("cash/refunds/<int:pk>/", "answer_refund"),
    CloseDayPage.at("cash/close/", "close_day"),
    DayClosingPage.at("cash/closings/<int:pk>/", "day_closing"),
    SellPackagePage.at("cash/sell/", "sell_package"),
    UndoSalePage.at("cash/sell/<uuid:public_id>/undo/", "undo_sale"),
]
