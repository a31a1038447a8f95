

FROM a



RUN b

