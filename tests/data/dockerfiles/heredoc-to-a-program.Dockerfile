FROM a
RUN python3 - <<'PY'
import sys
# RUN no
PY
RUN b
