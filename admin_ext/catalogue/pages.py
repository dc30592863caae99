"""Pages of the catalogue beside its lists."""

from django.contrib import admin
from django.http import Http404

from admin_ext.catalogue.policy_words import meaning
from admin_ext.pages import StaffPage
from clinic.models import Policy


class PolicyMeaningPage(StaffPage):
    """POST the policy's form to read what it would mean; nothing is saved."""

    permission_required = "clinic.change_policy"
    http_method_names = ["post"]
    template_name = "admin_ext/catalogue/policy_meaning.html"

    def post(self, request):
        policy = Policy.objects.of(self.organisation).select_related("organisation").first()
        if policy is None:
            raise Http404
        form = admin.site.get_model_admin(Policy).get_form(request, policy, change=True)(request.POST, instance=policy)
        meanings = meaning(policy) if form.is_valid() else []
        return self.render_to_response(
            {"meanings": meanings, "errors": errors_of(form), "is_preview": form.has_changed()}
        )


def errors_of(form) -> list[str]:
    return [
        f"{form.fields[name].label}: {sentence}" if name in form.fields else sentence
        for name, sentences in form.errors.items()
        for sentence in sentences
    ]
