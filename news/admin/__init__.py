"""The newsroom inside the Wagtail admin."""
