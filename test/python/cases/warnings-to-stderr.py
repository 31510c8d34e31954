import warnings

warnings.warn("careful now")
warnings.warn("old thing", DeprecationWarning)
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    warnings.warn("caught", ResourceWarning)
print([(str(w.message), w.category.__name__) for w in seen])
warnings.filterwarnings("error", "fatal", UserWarning)
try:
    warnings.warn("fatal thing")
except UserWarning as error:
    print("raised", error)
warnings.filterwarnings("ignore", category=FutureWarning)
warnings.warn("unseen", FutureWarning)


def old():
    warnings.warn("use new()", PendingDeprecationWarning, stacklevel=2)


warnings.simplefilter("default")
for _ in range(2):
    old()


class Mine(UserWarning):
    pass


warnings.warn(Mine("own kind"))
print(issubclass(Mine, Warning))
