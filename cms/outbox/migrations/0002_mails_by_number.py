from django.db import migrations


class Migration(migrations.Migration):
    """Lists count by this name: "8 mails"."""

    dependencies = [("outbox", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="mail",
            options={
                "default_permissions": ("view",),
                "ordering": ["-created_at", "-pk"],
                "verbose_name": "mail",
                "verbose_name_plural": "mails",
            },
        ),
    ]
