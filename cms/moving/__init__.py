"""The whole site in one file: to keep it, to bring it back, to move it to another database."""
