# check=error=true
# escape=`
FROM a
RUN dir C:\
RUN x
