"""The byte ledger: who owns every byte of an image, and which of them are dead."""
