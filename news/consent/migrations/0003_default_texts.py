"""The texts a new site starts with."""

from django.db import migrations

from news.consent import defaults


def create(apps, schema_editor):
    defaults.create_missing(apps.get_model("consent", "ConsentText"))


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_triggers")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
