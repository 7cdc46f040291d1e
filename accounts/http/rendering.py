"""Django's forms in our own clothes."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """`{{ form }}` and `{{ form.name.as_field_group }}` by our templates."""

    form_template_name = "forms/div.html"
    field_template_name = "forms/field.html"
