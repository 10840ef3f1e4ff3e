"""Marquee's knowledge: each room does one thing to one thing, or to one table.

An Audience (:mod:`marketing.segments.audience`) engages with Titles (:mod:`marketing.titles`); the engagement
makes Trends (:mod:`marketing.trends.engagement`); a trend has a Forecast (:mod:`marketing.trends.forecasts`);
the audience falls into Segments (:mod:`marketing.segments.segmentation`); for a segment, a title and a Channel
(:mod:`marketing.drafts.channels`) we write a Brief (:mod:`marketing.drafts.briefs`); a brief becomes a Draft
(:mod:`marketing.drafts.drafting`); a person gives a Review (:mod:`marketing.campaigns.reviews`); approved drafts
leave as exports (:mod:`marketing.campaigns.exports`). All of it lives in a Workspace
(:mod:`marketing.workspace`).
"""
