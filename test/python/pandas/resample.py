import numpy as np
import pandas as pd

index = pd.date_range("2024-01-01", periods=12, freq="8h")
s = pd.Series(np.arange(12, dtype=float), index=index)
print(s.resample("D").agg(["sum", "mean", "first", "ohlc"]) if False else s.resample("D").agg(["sum", "mean", "first"]))
print(s.resample("D").ohlc(), s.resample("4h").interpolate().head(5), s.resample("12h").ffill().tail(3))
print(s["2024-01-02"].tolist(), s["2024-01-03":].sum(), s.between_time("07:00", "17:00").size, s.asfreq("16h").tolist(), s.shift(1, freq="D").index[0])
print(s.groupby(s.index.hour).mean(), s.resample("ME").sum(), s.tz_localize("UTC").tz_convert("Asia/Tokyo").index[0])
