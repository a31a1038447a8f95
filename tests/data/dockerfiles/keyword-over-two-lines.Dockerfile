FROM a
RU\
N b
