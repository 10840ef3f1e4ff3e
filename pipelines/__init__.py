"""Jobs: each does what `marketing` knows to all of a workspace, in order, in parallel, surviving failures.

Promises the dashboard: tables that change all at once, and progress that can be read while a job runs.
Needs from below: the wings of :mod:`marketing`, never its pages.
"""
