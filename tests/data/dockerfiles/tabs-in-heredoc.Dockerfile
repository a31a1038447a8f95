FROM a
RUN <<-EOF
	b
		c
	EOF
RUN d
