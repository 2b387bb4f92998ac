from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportedHour",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "path",
                        "hour",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("path", models.CharField(max_length=500)),
                ("hour", models.PositiveIntegerField()),
                ("page_id", models.PositiveIntegerField()),
                ("views", models.PositiveIntegerField()),
                ("visits", models.PositiveIntegerField()),
            ],
        ),
        migrations.AlterField(
            model_name="pagedaydimension",
            name="dimension",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (1, "Channel"),
                    (2, "Referrer"),
                    (3, "Device"),
                    (4, "Browser"),
                    (5, "Operating system"),
                    (6, "Country"),
                    (7, "Campaign"),
                    (8, "Counted by"),
                ]
            ),
        ),
    ]
