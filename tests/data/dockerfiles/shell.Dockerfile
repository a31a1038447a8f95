FROM a
SHELL ["/bin/bash", "-c"]
RUN b
