FROM a
ENV A=b\ c D="e\"f" G='h\i'
