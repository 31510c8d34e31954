import matplotlib.pyplot as plt
import numpy as np

t = np.linspace(0, 4 * np.pi, 600)
figure, axes = plt.subplots(figsize=(7, 4.2), dpi=110)

for damping, colour in [(0.05, "#0d6b50"), (0.15, "#c77d0a"), (0.4, "#8b3a8f")]:
    wave = np.exp(-damping * t) * np.cos(2 * t)
    axes.plot(t, wave, color=colour, linewidth=2, label=f"damping {damping}")
    axes.fill_between(t, wave, alpha=0.08, color=colour)

axes.set_title("Three oscillators, drawn in a browser tab")
axes.set_xlabel("time")
axes.set_ylabel("displacement")
axes.legend()
axes.grid(alpha=0.25)
figure.tight_layout()

figure.savefig("plot.png")
print("wrote plot.png")
