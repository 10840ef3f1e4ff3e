"""Wing 3: brief -> copy -> checked draft.

Promises the floors above: copy that fits its channel, each claim tied to a fact, each fault named with its rule.
Needs from below: the tables of the workspace, from which briefs are built, and nothing about single people.
"""
