"""Comment moderators and editors may moderate."""

from django.db import migrations

GROUPS = ("Comment moderators", "Editors")


def grant(apps, schema_editor):
    # The permission itself is made after all migrations; whoever is first makes it.
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    content_type, _ = ContentType.objects.get_or_create(
        app_label="reader_comments", model="readercomment"
    )
    right, _ = Permission.objects.get_or_create(
        content_type=content_type,
        codename="moderate_comments",
        defaults={"name": "Can moderate reader comments"},
    )
    for name in GROUPS:
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(right)


class Migration(migrations.Migration):
    dependencies = [
        ("reader_comments", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
