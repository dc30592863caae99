"""What every list and change page shares: the organisation wall, owned fields, history that is only read."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import unquote
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.forms import ModelChoiceField
from django.http import Http404, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper
from unfold.admin import ModelAdmin, TabularInline
from unfold.views import ChangeList

from admin_ext.empty_lists import empty_words
from admin_ext.forms import ClinicModelForm, ScopedModelForm
from admin_ext.scope import own_rows, row_or_404
from clinic.errors import ClinicError


class OwnRows:
    """Scoping shared by lists and inlines: rows, and the rows that their form fields may choose, are one's own."""

    def get_queryset(self, request):
        return super().get_queryset(request) & own_rows(self.model, request.user.organisation)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return scoped(super().formfield_for_foreignkey(db_field, request, **kwargs), request)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return scoped(super().formfield_for_manytomany(db_field, request, **kwargs), request)

    def get_readonly_fields(self, request, obj=None):
        owned = getattr(self.model, "written_by_services", ())
        return (*super().get_readonly_fields(request, obj), *owned)


def scoped(formfield, request):
    if isinstance(formfield, ModelChoiceField):
        formfield.queryset = formfield.queryset & own_rows(formfield.queryset.model, request.user.organisation)
    return formfield


class CappedPaginator(Paginator):
    """Counts no further than a person would turn pages: counting a million rows takes longer than showing fifty."""

    most = 2_000

    @cached_property
    def count(self):
        return self.object_list.order_by()[: self.most].count()

    @property
    def is_capped(self) -> bool:
        return self.count == self.most


class ClinicChangeList(ChangeList):
    def __init__(self, request, *args, **kwargs):
        super().__init__(request, *args, **kwargs)
        self.title = capfirst(self.opts.verbose_name_plural)

    def get_results(self, request):
        """Without a second count of all rows there is no “of how many” to show beside the title."""
        super().get_results(request)
        self.full_result_count = self.result_count

    def url_for_result(self, result):
        page = self.model_admin.row_page
        key = getattr(result, self.model_admin.row_key)
        return reverse(f"admin:{page}", args=[key]) if page else super().url_for_result(result)


class ClinicModelAdmin(OwnRows, ModelAdmin):
    """The base of every ModelAdmin. Rows are deactivated, not deleted, unless `deletable` says otherwise."""

    form = ClinicModelForm
    deletable = False
    row_page = ""  # the name of the page that a row of the list opens, where it is not the change page
    row_key = "pk"  # the field whose value that page's address has
    add_page = ""  # the name of the page that adds a row, where rules over several rows decide
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # a count beside every choice of every filter
    list_per_page = 50
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True
    change_form_before_template = "admin_ext/version_field.html"

    @property
    def empty(self):
        """What the list says where it has no row."""
        return empty_words(self.model)

    def row_or_404(self, request, object_id):
        """The row of this list that an action or page is about; a foreign one is not found."""
        return row_or_404(self.get_queryset(request), object_id)

    def carry_out(self, request, call, done, lead_to=None, back_to="") -> HttpResponse:
        """Call one service, then return to the list, or to the page at `back_to`, which shows what came of it.

        `done` is the sentence for success, or makes it of the service's result; a refusal is shown in its own words.
        `lead_to` makes of the result the address of another page to go on to, or nothing.
        """
        address = ""
        try:
            result = call()
        except ClinicError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, done(result) if callable(done) else done, messages.SUCCESS)
            address = lead_to(result) if lead_to else ""
        address = address or back_to or reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return HttpResponse(headers={"HX-Redirect": address}) if "HX-Request" in request.headers else redirect(address)

    def add_view(self, request, form_url="", extra_context=None):
        if self.add_page:
            return redirect(f"admin:{self.add_page}")
        return super().add_view(request, form_url, extra_context)

    def has_add_permission(self, request):
        return request.user.organisation_id is not None and super().has_add_permission(request)

    def has_delete_permission(self, request, obj=None):
        return self.deletable and super().has_delete_permission(request, obj)

    def get_changelist(self, request, **kwargs):
        return ClinicChangeList

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        bound = {"organisation": request.user.organisation, "clashed": getattr(request, "save_clashed", False)}
        return type(form.__name__, (form,), bound)

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        """An address of no row is an address of no page; Django would lead to the first page and quote its key."""
        raise Http404

    def get_object(self, request, object_id, from_field=None):
        """The row; before it is written, read again under a lock, so that the form's check of versions holds."""
        row = super().get_object(request, object_id, from_field)
        if row is not None and request.method == "POST" and transaction.get_connection().in_atomic_block:
            self.model._base_manager.select_for_update().filter(pk=row.pk).values_list("pk").first()
            row = super().get_object(request, object_id, from_field)
        return row

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A constraint broken by somebody who saved in the same moment comes back as an error of the form."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            request.save_clashed = True
            return super().changeform_view(request, object_id, form_url, extra_context)


class ReadableChanges(HistoricalRecordContextHelper):
    """What a version of a row changed, without the fields that are nobody's to read in a list of versions."""

    def __init__(self, model, historical_record, *, without: tuple[str, ...]) -> None:
        super().__init__(model, historical_record)
        self.without = without

    def context_for_delta_changes(self, delta):
        shown = [change for change in delta.changes if change.field not in self.without]
        return super().context_for_delta_changes(replace(delta, changes=shown))


class RecordedModelAdmin(SimpleHistoryAdmin, ClinicModelAdmin):
    """A ClinicModelAdmin with the pages of the row's history, which show and never write.

    `kept_out_of_history` names fields whose changes nobody reads there.
    """

    kept_out_of_history: tuple[str, ...] = ()

    def get_historical_record_context_helper(self, request, historical_record):
        return ReadableChanges(self.model, historical_record, without=self.kept_out_of_history)

    def history_view(self, request, object_id, extra_context=None):
        self.row_or_404(request, unquote(object_id))
        return super().history_view(request, object_id, extra_context)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        self.row_or_404(request, unquote(object_id))
        row_or_404(self.model.history.filter(id=unquote(object_id)), version_id)
        return super().history_form_view(request, object_id, version_id, extra_context)

    def revert_disabled(self, request, obj=None):
        return True


class ReadOnly:
    """Rows that only services make and change."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ClinicInline(OwnRows, TabularInline):
    """Rows edited inside their parent's page. They have their parent's organisation."""

    form = ScopedModelForm
    extra = 0
    show_title = False

    def get_formset(self, request, obj=None, **kwargs):
        form = type(self.form.__name__, (self.form,), {"organisation": request.user.organisation})
        return super().get_formset(request, obj, form=form, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A cell of the table has no label beside it, so it carries its column's name."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = capfirst(db_field.verbose_name)
        return field
