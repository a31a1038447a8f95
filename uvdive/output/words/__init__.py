"""Sentences that several forms and the app share."""
