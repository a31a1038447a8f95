FROM a
ENV A=1 \
    # two
    B="x y" \

    C='$A'
