"""Addresses of the front desk's pages."""

from admin_ext.front_desk.appointment import AppointmentPage
from admin_ext.front_desk.board.free_times import NextFreePage
from admin_ext.front_desk.board.pages import BoardPage
from admin_ext.front_desk.book.pages import BookPage, UndoBookingPage
from admin_ext.front_desk.cancel import CancelPage
from admin_ext.front_desk.move import MovePage, UndoMovePage
from admin_ext.front_desk.notes import NotesPage
from admin_ext.front_desk.steps import StepPage

urlpatterns = [
    BoardPage.at("today/board/", "board"),
    NextFreePage.at("today/free/", "next_free"),
    BookPage.at("book/", "book"),
    UndoBookingPage.at("book/<int:pk>/undo/", "undo_booking"),
    AppointmentPage.at("appointment/<int:pk>/", "appointment"),
    CancelPage.at("appointment/<int:pk>/cancel/", "appointment_cancel"),
    MovePage.at("appointment/<int:pk>/move/", "appointment_move"),
    UndoMovePage.at("appointment/<int:pk>/move/back/", "appointment_move_back"),
    NotesPage.at("appointment/<int:pk>/notes/", "appointment_notes"),
    StepPage.at("appointment/<int:pk>/step/<str:verb>/", "appointment_step"),
]
