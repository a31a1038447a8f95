FROM a
RUN echo x<<EOF
RUN b
