FROM a
COPY ["b c", "d", "/e f/"]
VOLUME ["/g", "/h"]
