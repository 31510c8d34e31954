import numpy as np

t = np.arange(64) / 64
signal = np.sin(2 * np.pi * 5 * t) + 0.5 * np.cos(2 * np.pi * 12 * t)
spectrum = np.fft.rfft(signal)
print(np.argsort(np.abs(spectrum))[-2:], np.round(np.abs(spectrum[[5, 12]]), 9), np.allclose(np.fft.irfft(spectrum), signal))
print(np.round(np.fft.fft([1, 2, 3, 4, 5]), 9), np.fft.fftfreq(6, 0.5), np.round(np.fft.ifft([4, 0, 0, 0]), 9), np.fft.fftshift(np.arange(5)))
print(np.round(np.fft.fft2(np.eye(3)), 9), np.round(np.convolve([1, 2, 3], [0, 1, 0.5]), 9), np.correlate([1, 2, 3], [0, 1], "full"), np.round(np.fft.fft(np.ones(7))[0], 9))
