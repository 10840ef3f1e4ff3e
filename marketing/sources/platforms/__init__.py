"""Exports known by their header, one platform to a file; a new file here is a new source.

Each has TABLES (the tables it can become), `header(rows, file)`: where its header stands among the first rows
(from 0) or None, and `shape(sheet, table)`: the cells in our columns.
"""
