FROM a
RUN set -eux; \
    if [ -f b ]; then \
        c; \
    fi; \
    for d in 1 2; do \
        # e
        f $d; \
    done
