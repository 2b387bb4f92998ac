"""Editors decide what is pinned in the ranking and what is blocked."""

from django.db import migrations

CODENAMES = [f"{word}_rankingrule" for word in ("add", "change", "delete", "view")]


def give_rights(apps, schema_editor):
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="analytics", model="rankingrule"
    )
    Permission = apps.get_model("auth", "Permission")
    for group in apps.get_model("auth", "Group").objects.filter(name="Editors"):
        for codename in CODENAMES:
            permission, _ = Permission.objects.get_or_create(
                content_type=content_type,
                codename=codename,
                defaults={"name": f"Can {codename.replace('_', ' ')}"},
            )
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0002_groups"),
        ("analytics", "0003_ranking_rules"),
    ]

    operations = [migrations.RunPython(give_rights, migrations.RunPython.noop)]
