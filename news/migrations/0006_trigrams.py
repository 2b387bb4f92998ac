"""Similarity of words, for search that forgives typing errors; PostgreSQL only."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("news", "0005_ask_a_second_person")]

    operations = [TrigramExtension()]
