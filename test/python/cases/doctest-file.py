import doctest


def average(values):
    """The mean of some numbers.

    >>> average([20, 30, 70])
    40.0
    >>> average([])
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    >>> average([1, 2])
    2.0
    """
    return sum(values) / len(values)


results = doctest.testmod(verbose=False, report=False)
print(results.failed, results.attempted)
