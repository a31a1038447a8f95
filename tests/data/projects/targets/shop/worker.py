import schedule

print(schedule.get_jobs())
