FROM a
ENV A=b=c D==e F="g=h"
