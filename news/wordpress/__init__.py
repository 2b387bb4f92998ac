"""Moving in from WordPress, and moving out again."""
