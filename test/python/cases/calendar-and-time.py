import calendar
import time

print(calendar.month(2024, 2), calendar.isleap(1900), *map(int, calendar.monthrange(2023, 2)), calendar.leapdays(2000, 2025))
print(calendar.TextCalendar(calendar.SUNDAY).formatmonth(2024, 9, w=3))
print(list(calendar.Calendar().itermonthdays(2024, 2))[:5], calendar.weekday(2024, 7, 4), list(calendar.day_abbr), calendar.timegm((2024, 1, 1, 0, 0, 0)))
moment = time.gmtime(1_700_000_000)
print(time.strftime("%Y-%m-%d %H:%M:%S %a %b %j %y %%", moment), time.asctime(moment), tuple(moment), moment.tm_yday)
print(time.strptime("30 Nov 00 07:15 PM", "%d %b %y %I:%M %p")[:5], calendar.timegm(time.strptime("1970-01-02", "%Y-%m-%d")))
print(time.tzname[0], time.timezone, time.strftime("%H:%M %z", time.localtime(1_700_000_000)), time.mktime((2024, 7, 1, 12, 0, 0, 0, 0, -1)))
a, b = time.perf_counter(), time.perf_counter_ns()
print(time.time() > 1_700_000_000, time.perf_counter() >= a, time.perf_counter_ns() >= b, time.process_time() >= 0, time.monotonic_ns() > 0, time.get_clock_info("monotonic").monotonic)
try:
    time.sleep(-1)
except ValueError as error:
    print(error)
