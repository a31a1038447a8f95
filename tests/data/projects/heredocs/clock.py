import configparser

import humanize

config = configparser.ConfigParser()
config.read("/etc/clock/clock.ini")
print(humanize.naturalsize(config.getint("clock", "size")))
