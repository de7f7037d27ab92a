"""Judges traffic, a journal's or a recording's: it reads exchanges and says what of them is wrong or missing."""
