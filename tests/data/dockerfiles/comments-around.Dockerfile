# a

FROM a # no comment

# b
   # c
RUN d

# end


