FROM localhost:5000/a/b:c
RUN d
