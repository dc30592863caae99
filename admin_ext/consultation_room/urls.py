"""Addresses of the doctors' pages."""

from admin_ext.consultation_room.addendum import AddendumPage
from admin_ext.consultation_room.cashier import AskCashierPage
from admin_ext.consultation_room.diagnoses import DiagnosisSearchPage
from admin_ext.consultation_room.follow_up import FollowUpPage
from admin_ext.consultation_room.hand_over import HandOverPage
from admin_ext.consultation_room.queue import DoctorsQueuePage
from admin_ext.consultation_room.room import ConsultationPage
from admin_ext.consultation_room.saving import SavePage
from admin_ext.consultation_room.steps import StepPage
from admin_ext.consultation_room.summary import SummaryPage

urlpatterns = [
    DoctorsQueuePage.at("doctors-queue/", "doctors_queue"),
    AskCashierPage.at("visits/<int:pk>/ask-cashier/", "ask_cashier"),
    DiagnosisSearchPage.at("diagnoses/", "diagnosis_search"),
    ConsultationPage.at("consultations/<int:pk>/", "consultation"),
    SavePage.at("consultations/<int:pk>/save/", "consultation_save"),
    StepPage.at("consultations/<int:pk>/step/<str:verb>/", "consultation_step"),
    HandOverPage.at("consultations/<int:pk>/hand-over/", "consultation_hand_over"),
    AddendumPage.at("consultations/<int:pk>/addendum/", "consultation_addendum"),
    SummaryPage.at("consultations/<int:pk>/summary/", "consultation_summary"),
    FollowUpPage.at("consultations/<int:pk>/follow-up/", "follow_up"),
]
