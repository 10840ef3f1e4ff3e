"""Wing 1: engagement -> trends -> forecasts.

Promises the floors above: every trend of an engagement table is forecast with a band, a score and a sentence,
or named with the reason why not. Needs from below: tables that were checked at the door.
"""
