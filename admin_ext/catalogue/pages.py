"""Pages of the catalogue beside its lists."""

from django.contrib import admin
from django.http import Http404

from admin_ext.catalogue.policy_groups import preview
from admin_ext.pages import StaffPage
from clinic.models import Policy


class PolicyPreviewPage(StaffPage):
    """POST the policy's form to read what it would mean; nothing is saved."""

    permission_required = "clinic.change_policy"
    http_method_names = ["post"]
    template_name = "admin_ext/catalogue/policy_boxes.html"

    def post(self, request):
        policy = Policy.objects.of(self.organisation).select_related("organisation").first()
        if policy is None:
            raise Http404
        form_class = admin.site.get_model_admin(Policy).get_form(request, policy, change=True)
        return self.render_to_response({"boxes": preview(form_class(request.POST, instance=policy))})
