"""A leaf: work that must happen, written as rows in the transaction that causes it."""
