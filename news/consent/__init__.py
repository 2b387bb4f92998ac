"""Consent: versioned texts and the append-only record of what people agreed to."""
