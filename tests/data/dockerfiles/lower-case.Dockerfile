from a as b
run c
