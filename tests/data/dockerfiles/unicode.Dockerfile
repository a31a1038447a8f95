FROM a
LABEL ä=ö x=“y”
RUN echo 日本 \
  語
