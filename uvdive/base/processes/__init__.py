"""Worker processes: one that runs a function and ends, one that stays and answers."""
