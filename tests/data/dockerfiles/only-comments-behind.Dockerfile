FROM a
# b

# c