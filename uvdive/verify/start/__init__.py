"""Does the new image start as the original does? Two reports come in, a ``Check`` goes out.

``command.check_start`` looks the programs of the start command up without running anything;
``running.check_running`` runs both images in containers, ``bodies`` lays what they serve side
by side. Read ``check_running`` first.
"""
