"""What goes onto the user's disk: whole or not at all, and a rewrite can be taken back."""
