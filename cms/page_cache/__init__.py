"""A leaf: whole pages for anonymous readers, invalidated by tag."""
