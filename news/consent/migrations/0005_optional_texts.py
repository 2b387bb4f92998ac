"""The texts of the two purposes that nobody has to agree to."""

from django.db import migrations

from news.consent import defaults


def create(apps, schema_editor):
    defaults.create_missing(apps.get_model("consent", "ConsentText"))


class Migration(migrations.Migration):
    dependencies = [("consent", "0004_methods")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
