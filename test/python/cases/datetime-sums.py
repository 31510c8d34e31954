from datetime import date, datetime, time, timedelta, timezone

start = datetime(2024, 2, 28, 23, 59, 30)
print(start + timedelta(days=1, seconds=45))
print(date(2024, 12, 31) - date(2024, 1, 1), date(2023, 1, 1).isocalendar(), date.fromisoformat("2024-W05-2"))
print(timedelta(hours=-1), timedelta(days=1.5) / 3, divmod(timedelta(hours=7), timedelta(hours=2)))
tz = timezone(timedelta(hours=5, minutes=30), "IST")
aware = datetime(2024, 1, 1, 3, tzinfo=tz)
print(aware.isoformat(), aware.astimezone(timezone.utc), aware.timestamp(), repr(aware))
print(datetime.fromisoformat("2024-05-06T07:08:09.123456+02:00"), datetime.fromisoformat("20240506T0708"))
print(datetime.strptime("6 May 2024 14:05", "%d %B %Y %H:%M").strftime("%Y-%m-%d %I:%M %p %A %j %U"))
print(datetime.fromtimestamp(1_700_000_000, timezone.utc), datetime.fromtimestamp(0.5, timezone.utc).isoformat(timespec="milliseconds"))
print(f"{start:%d.%m.%y}", time(7, 5).isoformat("minutes"), start.replace(month=1).date().ctime())
print(sorted([date(2024, 3, 1), date(2023, 3, 1)]), date.max, datetime.min)
for wrong in (lambda: date(2023, 2, 29), lambda: start - aware, lambda: datetime.strptime("x", "%Y")):
    try:
        wrong()
    except (ValueError, TypeError) as error:
        print(type(error).__name__)
