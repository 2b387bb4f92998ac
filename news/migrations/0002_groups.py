"""The four groups of a newsroom; Wagtail's "Editors" become those who publish."""

from collections.abc import Iterator

from django.db import migrations

WORDS = ("add", "change", "delete", "view")

# group -> "app.model" -> codenames; held everywhere
EVERYWHERE = {
    "Reporters": {"wagtailadmin.admin": ["access_admin"]},
    "Editors": {
        "wagtailadmin.admin": ["access_admin"],
        "news.author": [f"{word}_author" for word in WORDS],
        "news.tag": [f"{word}_tag" for word in WORDS],
        "home.masthead": ["change_masthead"],
        "wagtailredirects.redirect": [f"{word}_redirect" for word in WORDS],
        "wagtailcore.logentry": ["view_logentry"],
        "simple_translation.simpletranslation": ["submit_translation"],
        "analytics.analyticsaccess": ["view_reports"],
    },
    "Comment moderators": {"wagtailadmin.admin": ["access_admin"]},
    "Analysts": {
        "wagtailadmin.admin": ["access_admin"],
        "analytics.analyticsaccess": ["view_reports", "export_reports", "view_data_quality"],
    },
}
# group -> words, held for the whole page tree
PAGES = {
    "Reporters": ["add"],
    "Editors": ["add", "change", "publish", "lock", "unlock"],
}
# group -> words, held for every collection of pictures and documents
FILES = {
    "Reporters": ["add", "choose"],
    "Editors": ["add", "change", "choose"],
}


def make_groups(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for name, rights in EVERYWHERE.items():
        group, _ = Group.objects.get_or_create(name=name)
        for model, codenames in rights.items():
            group.permissions.add(*permissions(apps, model, codenames))
    give_page_rights(apps, Group)
    give_file_rights(apps, Group)
    hand_over_from_moderators(apps, Group)


def give_page_rights(apps, Group):
    root = apps.get_model("wagtailcore", "Page").objects.get(depth=1)
    PageRight = apps.get_model("wagtailcore", "GroupPagePermission")
    for name, words in PAGES.items():
        group = Group.objects.get(name=name)
        for right in permissions(apps, "wagtailcore.page", [f"{word}_page" for word in words]):
            PageRight.objects.get_or_create(group=group, page=root, permission=right)


def give_file_rights(apps, Group):
    root = apps.get_model("wagtailcore", "Collection").objects.get(depth=1)
    FileRight = apps.get_model("wagtailcore", "GroupCollectionPermission")
    for name, words in FILES.items():
        group = Group.objects.get(name=name)
        for app, model in (("wagtailimages", "image"), ("wagtaildocs", "document")):
            codenames = [f"{word}_{model}" for word in words]
            for right in permissions(apps, f"{app}.{model}", codenames):
                FileRight.objects.get_or_create(group=group, collection=root, permission=right)


def hand_over_from_moderators(apps, Group):
    """Editors approve what reporters submit; Wagtail's "Moderators" have no work left."""
    moderators = Group.objects.filter(name="Moderators").first()
    if moderators is None or moderators.user_set.exists():
        return
    editors = Group.objects.get(name="Editors")
    Workflow = apps.get_model("wagtailcore", "Workflow")
    for task in apps.get_model("wagtailcore", "GroupApprovalTask").objects.filter(
        groups=moderators
    ):
        task.groups.set([editors])
        Workflow.objects.filter(workflow_tasks__task=task, name=task.name).update(name="Freigabe")
        task.name = "Freigabe durch die Redaktion"
        task.save()
    moderators.delete()


def permissions(apps, model: str, codenames: list[str]) -> Iterator:
    """Yield permissions, made here if the models' own come only after all migrations."""
    app_label, model_name = model.split(".")
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app_label, model=model_name
    )
    for codename in codenames:
        permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=content_type,
            codename=codename,
            defaults={"name": f"Can {codename.replace('_', ' ')}"},
        )
        yield permission


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0001_initial"),
        ("analytics", "0001_initial"),
        ("home", "0001_initial"),
        ("cms", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
    ]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
