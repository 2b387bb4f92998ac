"""The newsroom's approval becomes one by a second person."""

from django.db import migrations


def ask_a_second_person(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    SecondPersonTask = apps.get_model("news", "SecondPersonTask")
    content_type, _ = ContentType.objects.get_or_create(app_label="news", model="secondpersontask")
    for old in apps.get_model("wagtailcore", "GroupApprovalTask").objects.filter(
        groups__name="Editors"
    ):
        new = SecondPersonTask.objects.create(
            name=old.name, active=old.active, content_type=content_type
        )
        new.groups.set(old.groups.all())
        for model in ("WorkflowTask", "TaskState"):
            rows = apps.get_model("wagtailcore", model).objects.filter(task_id=old.pk)
            rows.update(task_id=new.pk)
        old.delete()


class Migration(migrations.Migration):
    dependencies = [("news", "0004_second_person_task")]

    operations = [migrations.RunPython(ask_a_second_person, migrations.RunPython.noop)]
