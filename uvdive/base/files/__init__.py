"""Files on this machine: strangers' read with care, the user's own folders, whole writes, what runs leave."""
