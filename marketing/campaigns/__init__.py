"""Wing 4: drafts -> decisions -> out of the door.

Promises the floors above: only words that a person approved leave the house, and who decided what is on record.
Needs from below: drafts and reviews in the ledger.
"""
