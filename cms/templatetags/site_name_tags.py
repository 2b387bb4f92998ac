"""The newspaper's name for templates of the admin."""

from django import template

from cms.site_name import site_name

register = template.Library()
register.simple_tag(site_name, name="newspaper_name")
