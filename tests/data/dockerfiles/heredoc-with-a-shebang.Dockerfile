FROM a
RUN <<EOF
#!/usr/bin/env python3
print('FROM b')
EOF
RUN x
