"""Forms for staff logins: an administrator hands out roles of the clinic, never powers of the platform."""

from django import forms
from unfold.forms import UserChangeForm, UserCreationForm

from admin_ext.forms import ClinicModelForm
from clinic.models import User


class StaffChangeForm(ClinicModelForm, UserChangeForm):
    pass


class StaffCreationForm(ClinicModelForm, UserCreationForm):
    """A new login belongs to the organisation of the person who makes it and opens the staff's screens."""

    usable_password = None

    class Meta:
        model = User
        fields = ("username",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.instance.organisation = self.organisation
        self.instance.is_staff = True


class ColourInput(forms.TextInput):
    input_type = "color"
