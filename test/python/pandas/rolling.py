import numpy as np
import pandas as pd

s = pd.Series([1, 2, np.nan, 4, 5, 6.5])
print(s.rolling(2).mean().tolist(), s.rolling(3, min_periods=1).sum().tolist(), s.rolling(3, center=True).max().tolist())
print(s.expanding().mean().tolist(), s.ewm(span=3).mean().tolist(), s.rolling(2).apply(lambda w: w[0] - w[1], raw=True).tolist())
print(s.rolling(3, min_periods=2).std().tolist(), s.cumsum().tolist(), s.cummax().tolist(), s.pct_change(fill_method=None).tolist(), s.diff(2).tolist())
timed = pd.Series(range(5), index=pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-05", "2024-01-06", "2024-01-07"]))
print(timed.rolling("2D").sum(), pd.DataFrame({"a": s, "b": s[::-1].values}).rolling(4).corr().tail(2))
