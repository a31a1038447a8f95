FROM a
RUNb
