"""From what a user names to a report: picking, reading in a worker, what was kept of it from before."""
