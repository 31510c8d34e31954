import pandas as pd

days = pd.date_range("2024-01-30", periods=5, freq="D")
print(days, days.day_name().tolist(), days.is_month_end.tolist(), days.isocalendar().week.tolist())
print(pd.date_range("2024-01-01", "2024-12-31", freq="QE"), pd.bdate_range("2024-03-01", periods=3), pd.period_range("2024-01", periods=3, freq="M"))
s = pd.Series(pd.to_datetime(["2024-01-31 10:15", "2023-12-25 00:00", None]))
print(s.dt.year, s.dt.strftime("%d %b %Y"), s + pd.Timedelta("36h"), s + pd.DateOffset(months=1), s.diff())
print(pd.to_datetime(["31/12/2024", "01/02/2024"], dayfirst=True), pd.to_datetime(1_700_000_000, unit="s"), pd.to_datetime("x", errors="coerce"))
stamp = pd.Timestamp("2024-03-31 01:30", tz="Europe/Berlin")
print(stamp + pd.Timedelta(hours=1), stamp.tz_convert("America/New_York"), stamp.normalize(), pd.Timestamp("2024-07-01").quarter)
print(pd.Timedelta("1 days 02:03:04").total_seconds(), pd.to_timedelta(["1h", "90min"]).sum(), pd.Timestamp("2024-05-17 13:45").floor("h"), pd.Period("2024Q1").end_time)
