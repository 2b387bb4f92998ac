"""Reader comments: what the public writes under an article. Never Wagtail's editors' notes."""
