"""Addresses of the waiting list's pages."""

from admin_ext.waitlist.entries import ChangeWaitPage, JoinPage, WithdrawPage
from admin_ext.waitlist.offers import AnswerPage, OfferedTimePage, OfferTimePage, WithdrawOfferPage
from admin_ext.waitlist.pages import WaitlistPage

urlpatterns = [
    WaitlistPage.at("waitlist/", "waitlist"),
    JoinPage.at("waitlist/join/", "waitlist_join"),
    ChangeWaitPage.at("waitlist/<int:pk>/", "waitlist_change"),
    WithdrawPage.at("waitlist/<int:pk>/withdraw/", "waitlist_withdraw"),
    OfferTimePage.at("waitlist/offer/", "offer_time"),
    OfferedTimePage.at("waitlist/offered/<int:pk>/", "offered_time"),
    WithdrawOfferPage.at("waitlist/offered/<int:pk>/withdraw/", "withdraw_offer"),
    AnswerPage.at("waitlist/offer/<int:pk>/answer/", "answer_offer"),
]
