import io

import numpy as np
import pandas as pd

print("pandas", pd.__version__, "· numpy", np.__version__)
print()

trips = pd.read_csv(io.StringIO("""\
city,month,riders,minutes
Oslo,jan,120,14
Oslo,feb,180,12
Lima,jan,310,22
Lima,feb,295,24
Pune,jan,240,31
Pune,feb,260,29
"""))

trips["hours"] = (trips["riders"] * trips["minutes"] / 60).round(1)

print(trips.groupby("city").agg(
    riders=("riders", "sum"),
    longest=("minutes", "max"),
    hours=("hours", "sum"),
))
print()
print(trips.pivot(index="city", columns="month", values="riders"))
print()
print("Correlation:", np.corrcoef(trips["riders"], trips["minutes"])[0, 1].round(3))
