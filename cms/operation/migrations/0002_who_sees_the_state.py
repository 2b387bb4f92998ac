"""Editors and analysts may see whether all is well: they notice first, and they ask."""

from django.db import migrations

GROUPS = ("Editors", "Analysts")


def grant(apps, schema_editor):
    # The permission itself is made after all migrations; whoever is first makes it.
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="operation", model="operationaccess"
    )
    right, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename="view_state",
        defaults={"name": "Can view the state of the program"},
    )
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = [
        ("operation", "0001_initial"),
        ("news", "0002_groups"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
