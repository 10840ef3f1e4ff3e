"""Wing 2: audience -> segments -> what to show them.

Promises the floors above: groups that are found again in resamples, described in words, with what the law keeps
out kept out and said so. Needs from below: tables that were checked at the door.
"""
