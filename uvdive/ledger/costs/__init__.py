"""What each distribution really costs: its own bytes, and those of what goes with it.

In comes an ``Environment`` of a report; out come ``Costs``, a row for each distribution with
what holds it, and what is left where something is not asked for any more. All is made when
somebody asks, from texts that the report carries. Read ``costs.costs_of`` first.
"""
