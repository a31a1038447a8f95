FROM a
CMD ["b\n", "\u00e9", "c\\d"]
