"""Images, archives and tars that tests make, and plain models to hold them against."""
