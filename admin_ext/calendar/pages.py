"""The calendar's pages: days side by side, and the same on paper."""

import hashlib

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from admin_ext.calendar.asked import Asked
from admin_ext.calendar.board import Board
from admin_ext.pages import StaffPage
from admin_ext.roles import BOOK, CHANGE_BOOKING
from clinic.models import Room
from clinic.scheduling.diary import Diary


class CalendarPage(StaffPage):
    """A day or a week. Asked by itself with the version it shows, it answers only when something has changed."""

    title = _("Calendar")
    permission_required = "clinic.view_appointment"
    template_name = "admin_ext/calendar/page.html"

    def get(self, request):
        self.at = now()
        self.asked = Asked(request, self.at)
        if not self.is_htmx:
            return super().get(request)
        fragment = self.fragment()
        if request.GET.get("version") == fragment["version"]:
            return HttpResponse(status=204)
        return HttpResponse(render_to_string("admin_ext/calendar/fragment.html", fragment, request))

    def get_context_data(self, **kwargs):
        board = self.fragment()
        return super().get_context_data(asked=self.asked, heading=self.heading(), **board, **kwargs)

    def fragment(self) -> dict:
        """The board, drawn, with its version, and where the present is on it."""
        if not self.asked.clinics:
            return {"board": None, "version": "", "drawn": "", "now_at": None}
        board = self.board()
        drawn = render_to_string("admin_ext/calendar/board.html", {"board": board, "asked": self.asked}, self.request)
        version = hashlib.blake2b(drawn.encode(), digest_size=8).hexdigest()
        return {"board": board, "version": version, "drawn": drawn, "now_at": board.now_at(self.at)}

    def board(self) -> Board:
        asked, user = self.asked, self.request.user
        diary = Diary(
            self.organisation,
            clinics=asked.clinics,
            providers=asked.providers,
            first_day=asked.first_day,
            last_day=asked.last_day,
            at=self.at,
        )
        columns = diary.by_room(self.rooms()) if asked.is_by_room else diary.by_provider()
        may_book = user.has_perm(BOOK)
        return Board(asked, diary, columns, may_book=may_book, may_move=may_book and user.has_perm(CHANGE_BOOKING))

    def rooms(self):
        rooms = Room.objects.of(self.organisation).filter(clinic__in=self.asked.clinics, active=True)
        return rooms.select_related("clinic").order_by("clinic__code", "code")

    def heading(self) -> str:
        first, last = self.asked.first_day, self.asked.last_day
        if first == last:
            return date_format(first, "l j F Y")
        return f"{date_format(first, 'j F')} – {date_format(last, 'j F Y')}"
