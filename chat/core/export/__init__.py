"""Handing one's history to somebody who builds models: as it is, or with whoever is in it made hard to recognise.

A line of the file is a `records.Record`. An anonymised one is an allow-list: what is not named there is not
in the file. In the text, what is known from the database is found first (`known`), then what has a
recognisable form (`patterns`), then what a language model takes for a name or a place (`detector`); all of
it is replaced by typed tags (`pseudonyms`) whose key is made for one export and kept nowhere. `exporting`
puts the parts together, docs/export.md says what it promises and what it does not.
"""
