"""The board, asked for by the page that shows it."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy

from admin_ext.front_desk.board.board import board_of
from admin_ext.front_desk.board.choice import Choice
from admin_ext.pages import StaffPage


class BoardPage(StaffPage):
    """The board alone, for the page that shows it: 204 when it has not changed since the `version` the page has."""

    permission_required = "clinic.view_appointment"
    title = gettext_lazy("Today")
    template_name = "admin/index.html"
    fragment_name = "admin_ext/front_desk/board/board.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        choice = Choice.of(self.organisation, request.GET)
        if not self.is_htmx:
            return self.leave(f"{reverse('admin:index')}?{choice.query}")
        board = board_of(request.user, choice, at=now())
        if request.GET.get("version") == board.version:
            return HttpResponse(status=204)
        return self.render_to_response({"board": board})
