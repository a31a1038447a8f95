FROM a
RUN echo "<<EOF"
RUN b
