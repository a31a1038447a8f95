"""The rules of the rewrite: what each is called. Their pages say the rest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its id (``R34``), which never changes, and its title, the heading of its page."""

    id: str
    title: str


RULES = (
    Rule("R1", "The interpreter behind the environment must be in the final image"),
    Rule("R2", "The final image starts from the build's base without uv"),
    Rule("R3", "Both stages have the same Python"),
    Rule("R4", "A Python that uv downloaded is replaced or taken along"),
    Rule("R5", "An unknown base may stay if it does not hold uv"),
    Rule("R6", "The build never downloads a Python that the final image lacks"),
    Rule("R7", "The environment keeps its path"),
    Rule("R8", "The environment stays with its C library"),
    Rule("R9", "Of several environments the one that starts is the app's"),
    Rule("R10", "From the system's Python only added packages are copied"),
    Rule("R12", "What the build wrote is copied to the same paths"),
    Rule("R13", "The project can be installed without its source folder"),
    Rule("R14", "The build installs what `uv run` would have installed at start"),
    Rule("R15", "A build that installs nothing gets a sync from the lock"),
    Rule("R16", "Without a lock, a later build may install other versions"),
    Rule("R17", "The first sync leaves out the members of a workspace"),
    Rule("R18", "The program starts without `uv run`"),
    Rule("R19", "Some options of `uv run` need uv at start"),
    Rule("R20", "PATH and VIRTUAL_ENV take uv's place"),
    Rule("R21", "Without uv the program is process 1"),
    Rule("R22", "The form of a start command stays"),
    Rule("R23", "A program that starts in another folder still does"),
    Rule("R24", "Start scripts that call uv are changed, or keep uv"),
    Rule("R25", "An inherited start command is written out"),
    Rule("R26", "The settings of the image stay, or the difference is told"),
    Rule("R27", "ENV comes along in order, ARG where it is used"),
    Rule("R28", "Users are made again with the same numbers"),
    Rule("R29", "Owners and modes of folders stay"),
    Rule("R30", "The health check and what it calls stay"),
    Rule("R32", "The work directory of the container stays"),
    Rule("R33", "OS packages that only build stay behind"),
    Rule("R34", "What a RUN changed is copied or repeated, or it is refused"),
    Rule("R35", "Data that the build fetched comes along"),
    Rule("R36", "Playwright's packages and browsers come along"),
    Rule("R37", "What the build made in the work directory is copied with it"),
    Rule("R39", "Secrets are named, and passwords in ENV stay in the build"),
    Rule("R40", "The .venv of your machine does not belong into the image"),
    Rule("R41", "Tools of `uv tool install` come along"),
    Rule("R42", "Dependencies get a layer of their own, cache mounts must be where uv looks"),
    Rule("R43", "What the build removes again is not installed"),
    Rule("R44", "Other targets keep their names and still build"),
    Rule("R45", "A file of several stages is checked, and uv leaves its last stage"),
    Rule("R46", "A rewrite is proven before it is written"),
    Rule("R48", "Bytecode stays as the author has it"),
    Rule("R49", "What the build context lacks is said"),
    Rule("R50", "A start that would take another Python is refused"),
    Rule("R51", "`uv run` inside scripts and shell code is found too"),
    Rule("R52", "What ran may differ from what was built"),
    Rule("R53", "A last stage that stands on a stage with uv has uv too"),
    Rule("R54", "The app may go on writing beside its code"),
    Rule("R55", "Where the original fails, the same failure is what is compared"),
    Rule("R56", "Without a lock both images are held to one date"),
    Rule("R57", "Programs that the app calls stay, and missing ones are named"),
    Rule("R58", "A runner that the image lacks is taken off the start"),
    Rule("R59", "A file without uv is left alone"),
    Rule("R60", "A base that is not at hand leaves the size unknown"),
    Rule("R61", "A stage that cannot be divided stays one, and uv is mounted into it"),
    Rule("R62", "What nothing uses can stay behind in the build stage"),
    Rule("R63", "A base without a shell gets file by file what the app needs beyond it"),
    Rule("R64", "A program that ran as root can run as a user who owns what it writes"),
)
"""All rules, in order. The numbers that are missing have no code."""
