"""Every entry of every table of ``uvdive/dockerfile``, written out: one that comes or goes is seen here."""

from __future__ import annotations

from tables import differences, tables_of, written

TABLES = written(
    r"""
shell.commands.SHELLS: ash bash dash sh
shell.commands._WRAPPERS: command eatmydata exec nice nohup sudo time
shell.commands._XARGS_VALUES: --arg-file -E -I -L -P -a -d -n -s
keywords.KEYWORDS: ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN
    SHELL STOPSIGNAL USER VOLUME WORKDIR
mounts._SAME: src = source dst = target destination = target ro = readonly rw = readwrite
text.scan.HEREDOC_KEYWORDS: ADD COPY RUN
text.scan._DIRECTIVES: check escape syntax
shell.tree._SEPARATORS: & && '\n' ; ;; | |& ||
shell.tree._COMMANDS: command declaration_command test_command unset_command
shell.tree._ASSIGNMENTS: variable_assignment variable_assignments
shell.tree._SUBSTITUTIONS: command_substitution process_substitution
shell.tree._WORDS: ansi_c_string concatenation number raw_string string translated_string word
shell.tree._EXPANSIONS: arithmetic_expansion brace_expression expansion simple_expansion
steps._ROOT: '' 0 root
"""
)


def test_no_entry_comes_or_goes_unseen() -> None:
    assert TABLES
    assert differences(tables_of("dockerfile"), TABLES) == []
