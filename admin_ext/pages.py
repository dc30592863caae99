"""WorkflowPage: a page of the admin that asks something, calls one service and says what came of it."""

from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.generic import FormView, TemplateView
from unfold.views import UnfoldSiteViewMixin

from admin_ext.forms import add_refusal
from admin_ext.scope import own_rows, row_or_404
from clinic.errors import ClinicError


class StaffPage(UnfoldSiteViewMixin, TemplateView):
    """A page for staff with `permission_required`, inside the admin's frame.

    `fragment_name` is the template answered to htmx; without it htmx gets the whole page too.
    Set `context_model` (and `context_row`) to stand below a list (and a row) in the breadcrumbs.
    """

    template_name = "admin_ext/page.html"
    fragment_name = ""
    context_model = None
    context_row = None

    @classmethod
    def at(cls, route: str, name: str) -> URLPattern:
        """The address of the page, for a workflow's `urls.urlpatterns`; reversed as `admin:<name>`."""
        view = cls.as_view(admin_site=admin.site)
        return path(route, admin.site.admin_view(view), name=name)

    @property
    def organisation(self):
        return self.request.user.organisation

    @property
    def is_htmx(self) -> bool:
        return "HX-Request" in self.request.headers

    def has_permission(self) -> bool:
        return self.organisation is not None and super().has_permission()

    def own(self, model, pk):
        """A row of the person's organisation, or 404."""
        return row_or_404(own_rows(model, self.organisation), pk)

    def get_template_names(self):
        return [self.fragment_name] if self.fragment_name and self.is_htmx else [self.template_name]

    def get_context_data(self, **kwargs):
        where = {"object": self.context_row} if self.context_row else {}
        if self.context_model and not self.context_row:
            where = {"opts": self.context_model._meta}
        return super().get_context_data(**where, **kwargs)

    def leave(self, address: str) -> HttpResponse:
        """Go to another page, also from within a dialog or a fragment."""
        return HttpResponse(headers={"HX-Redirect": address}) if self.is_htmx else redirect(address)


class WorkflowPage(StaffPage, FormView):
    """A StaffPage with a form, a ClinicForm: what the service refuses lands on the form, the input stays.

    A subclass says `form_class`, `success_url` (or `get_success_url`) and:

    - `perform(form)`: call one service and return its result; ClinicErrors are caught here.
    - `success_message(result)`: the sentence shown afterwards; empty for none.
    - `succeed(result)`: the answer, if it is not `leave(get_success_url())`.
    """

    submit_label = ""

    def perform(self, form):
        raise NotImplementedError

    def success_message(self, result) -> str:
        return ""

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "organisation": self.organisation}

    def form_valid(self, form):
        try:
            result = self.perform(form)
        except ClinicError as refusal:
            add_refusal(form, refusal)
            return self.form_invalid(form)
        if message := self.success_message(result):
            messages.success(self.request, message)
        return self.succeed(result)

    def succeed(self, result) -> HttpResponse:
        return self.leave(self.get_success_url())
