"""Sections, articles, authors, tags, pictures, feeds and search; comments and consent beneath."""
