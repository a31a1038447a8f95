import sys

import schedule

done = []
schedule.every(1).seconds.do(done.append, "tick")
schedule.run_all()
print(done, sys.base_prefix)
