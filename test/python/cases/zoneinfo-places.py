from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

berlin = ZoneInfo("Europe/Berlin")
moment = datetime(2024, 3, 31, 1, 30, tzinfo=berlin)
for hours in range(3):
    later = (moment.astimezone(ZoneInfo("UTC")) + timedelta(hours=hours)).astimezone(berlin)
    print(later, later.tzname(), later.dst())
print(datetime(2024, 7, 4, 12, tzinfo=ZoneInfo("America/New_York")).astimezone(ZoneInfo("Asia/Tokyo")).isoformat())
fold = datetime(2024, 10, 27, 2, 30, tzinfo=berlin)
print(fold.utcoffset(), fold.replace(fold=1).utcoffset(), berlin)
try:
    ZoneInfo("Mars/Base")
except ZoneInfoNotFoundError as error:
    print(error)
