"""Counting views without cookies, and a ranking that is true.

Knows Django, Wagtail's core and Redis; never the newsroom. Others import only its public
modules: `analytics.ranking` (who is read most), `analytics.registry` (what analytics has to
know about pages), `analytics.figures` (numbers for panels and reports) and `analytics.health`.
"""
