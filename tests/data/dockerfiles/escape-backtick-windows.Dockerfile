# escape=`
FROM a
RUN dir `
    C:\ `
 # note
  && ver
COPY a\b c:\\d\
