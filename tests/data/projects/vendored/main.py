"""Says something by a program of the system's."""

import subprocess

import iniconfig

print(subprocess.run(["shout", iniconfig.__name__], check=True, capture_output=True, text=True).stdout)
