ARG A=1
ARG B=${A:-2}
FROM a:$A
ARG A
ENV X=$A Y="z w"
