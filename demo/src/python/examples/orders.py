import csv
import json
import statistics
from collections import defaultdict
from pathlib import Path

ORDERS = """\
day,city,item,amount
mon,Oslo,lamp,120.50
mon,Lima,chair,89.90
tue,Oslo,desk,340.00
wed,Lima,lamp,115.25
wed,Pune,desk,298.75
thu,Pune,chair,94.10
fri,Oslo,chair,91.00
"""

Path("orders.csv").write_text(ORDERS)

by_city = defaultdict(list)
with open("orders.csv", newline="") as file:
    for row in csv.DictReader(file):
        by_city[row["city"]].append(float(row["amount"]))

report = {
    city: {
        "orders": len(amounts),
        "total": round(sum(amounts), 2),
        "median": round(statistics.median(amounts), 2),
    }
    for city, amounts in sorted(by_city.items())
}

Path("report.json").write_text(json.dumps(report, indent=2))
print(Path("report.json").read_text())
print("orders.csv and report.json are in the list of files.")
