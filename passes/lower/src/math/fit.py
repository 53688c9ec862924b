"""Polynomial coefficients of the scalar math library.

A development tool, not part of the build: it prints the coefficients that the .mlir files of this folder
hold, lowest degree first, with the maximum error of the exact polynomial before its coefficients are
rounded. Run it as

    pip install mpmath && python fit.py [name ...]

Each polynomial is Chebyshev interpolation in 60 digits over an interval slightly wider than the reduced
argument, which is within a small factor of the minimax polynomial (Muller, Elementary Functions, 3rd ed.,
section 3.4). The polynomial always approximates a tail: the leading terms of the series, which decide the
relative error near zero, stay outside of it with exact coefficients.
"""

import struct
import sys

from mpmath import (
    asin,
    atan,
    atanh,
    chebyfit,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    ln,
    log,
    mp,
    mpf,
    nstr,
    pi,
    sin,
    sinh,
    sqrt,
    tan,
)

mp.dps = 60
TINY = mpf(10) ** -6
HALF_LN2 = ln(2) / 2 * mpf("1.01")


def series(first, ratio, z, terms=12):
    """The sum of coefficient(i) * z**i, used where the closed form cancels."""
    return sum(first(i) * z**i for i in range(terms)) * ratio


def guarded(closed, coefficient):
    """The closed form away from zero and its power series close to zero."""
    return lambda z: closed(z) if abs(z) > TINY else series(coefficient, 1, z)


def factorial_tail(offset, step):
    return lambda i: 1 / mp.factorial(offset + step * i)


def root(z):
    return sqrt(z)


Q = pi / 4 * mpf("1.0001")
S = 3 - 2 * sqrt(mpf(2))  # the largest (m - 1) / (m + 1) for m in [sqrt(1/2), sqrt(2)]
T = tan(pi / 8) * mpf("1.0001")



def erf_tail(z):
    """erf(r) / r - 1 in z = r^2."""
    return erf(root(z)) / root(z) - 1 if z > TINY**2 else 2 / sqrt(pi) * (1 - z / 3) - 1


def erfcx_rise(q):
    """(1 + 2 a) erfcx(a) - 1 for q = (a - 4) / (a + 4)."""
    if q == -1:
        return mpf(0)
    if 1 - q < TINY**3:
        return 2 / sqrt(pi) - 1
    a = 4 * (1 + q) / (1 - q)
    if a < 1 / TINY:
        return (1 + 2 * a) * exp(a * a) * erfc(a) - 1
    i = 1 / (2 * a * a)
    return (1 + 2 * a) * (1 - i + 3 * i**2 - 15 * i**3) / (a * sqrt(pi)) - 1


def erfcx_slope(q):
    """erfcx_rise(q) / (1 + q)."""
    return erfcx_rise(q) / (1 + q) if 1 + q > TINY**3 else 4 - 4 / sqrt(pi)


# name: (function, interval, number of coefficients for f32, for f64); 0 where a type does not use it.
FITS = {
    # (exp(r) - 1 - r) / r^2
    "exp_tail": (
        guarded(lambda r: (exp(r) - 1 - r) / r**2, factorial_tail(2, 1)),
        (-HALF_LN2, HALF_LN2),
        5,
        11,
    ),
    # (2^r - 1) / r
    "exp2_quotient": (
        guarded(lambda r: (mpf(2) ** r - 1) / r, lambda i: ln(2) ** (i + 1) / mp.factorial(i + 1)),
        (mpf("-0.501"), mpf("0.501")),
        7,
        13,
    ),
    # (sinh(r) - r) / r^3 and (cosh(r) - 1) / r^2 in z = r^2
    "sinh_tail": (
        guarded(lambda z: (sinh(root(z)) - root(z)) / (z * root(z)), factorial_tail(3, 2)),
        (mpf(0), HALF_LN2**2),
        3,
        5,
    ),
    "cosh_tail": (
        guarded(lambda z: (cosh(root(z)) - 1) / z, factorial_tail(2, 2)),
        (mpf(0), HALF_LN2**2),
        3,
        6,
    ),
    # (log(1 + f) - f + f^2 / 2) / f^3
    "log_tail": (
        guarded(lambda f: (log(1 + f) - f + f * f / 2) / f**3, lambda i: mpf((-1) ** i) / (i + 3)),
        (sqrt(mpf("0.5")) - mpf("1.0001"), sqrt(mpf(2)) - mpf("0.9999")),
        9,
        0,
    ),
    # (2 atanh(s) - 2 s) / s^3 in z = s^2
    "atanh_tail": (
        guarded(lambda z: (2 * atanh(root(z)) - 2 * root(z)) / (z * root(z)), lambda i: mpf(2) / (2 * i + 3)),
        (mpf(0), (S * mpf("1.0001")) ** 2),
        0,
        7,
    ),
    # the same with one more series term outside, and two more coefficients: the logarithm inside pow
    "atanh_tail_long": (
        guarded(
            lambda z: (2 * atanh(root(z)) - 2 * root(z) - 2 * z * root(z) / 3) / (z * z * root(z)),
            lambda i: mpf(2) / (2 * i + 5),
        ),
        (mpf(0), (S * mpf("1.0001")) ** 2),
        0,
        9,
    ),
    # both for f32 results, evaluated in f64: the logarithm and the exponential inside pow
    "atanh_tail_single": (
        guarded(lambda z: (2 * atanh(root(z)) - 2 * root(z)) / (z * root(z)), lambda i: mpf(2) / (2 * i + 3)),
        (mpf(0), (S * mpf("1.0001")) ** 2),
        0,
        5,
    ),
    "exp2_quotient_single": (
        guarded(lambda r: (mpf(2) ** r - 1) / r, lambda i: ln(2) ** (i + 1) / mp.factorial(i + 1)),
        (mpf("-0.501"), mpf("0.501")),
        0,
        7,
    ),
    # (sin(r) - r) / r^3 and (cos(r) - 1 + r^2 / 2) / r^4 in z = r^2
    "sin_tail": (
        guarded(
            lambda z: (sin(root(z)) - root(z)) / (z * root(z)),
            lambda i: mpf((-1) ** (i + 1)) / mp.factorial(2 * i + 3),
        ),
        (mpf(0), Q**2),
        3,
        6,
    ),
    "cos_tail": (
        guarded(
            lambda z: (cos(root(z)) - 1 + z / 2) / z**2, lambda i: mpf((-1) ** i) / mp.factorial(2 * i + 4)
        ),
        (mpf(0), Q**2),
        3,
        6,
    ),
    # the two for f32 results, evaluated in f64
    "sin_tail_single": (
        guarded(
            lambda z: (sin(root(z)) - root(z)) / (z * root(z)),
            lambda i: mpf((-1) ** (i + 1)) / mp.factorial(2 * i + 3),
        ),
        (mpf(0), Q**2),
        0,
        4,
    ),
    "cos_tail_single": (
        guarded(
            lambda z: (cos(root(z)) - 1 + z / 2) / z**2, lambda i: mpf((-1) ** i) / mp.factorial(2 * i + 4)
        ),
        (mpf(0), Q**2),
        0,
        4,
    ),
    # (atan(t) - t) / t^3 in z = t^2
    "atan_tail": (
        guarded(
            lambda z: (atan(root(z)) - root(z)) / (z * root(z)), lambda i: mpf((-1) ** (i + 1)) / (2 * i + 3)
        ),
        (mpf(0), T**2),
        5,
        11,
    ),
    # (asin(t) - t) / t^3 in z = t^2
    "asin_tail": (
        guarded(
            lambda z: (asin(root(z)) - root(z)) / (z * root(z)),
            lambda i: mp.factorial(2 * i + 2) / (mpf(4) ** (i + 1) * mp.factorial(i + 1) ** 2 * (2 * i + 3)),
        ),
        (mpf(0), mpf("0.2501")),
        6,
        13,
    ),
    # the error function; the singles are for f32 results, evaluated in f64
    "erf_tail": (erf_tail, (mpf(0), mpf("1.5626")), 0, 15),
    "erf_tail_single": (erf_tail, (mpf(0), mpf("1.5626")), 0, 9),
    "erfcx_slope": (erfcx_slope, (mpf(-1), mpf(1)), 0, 25),
    "erfcx_rise_single": (erfcx_rise, (mpf(-1), mpf(1)), 0, 13),
}


def rounded(value, dtype):
    """The nearest number of the type, printed so that it reads back exactly."""
    if dtype == "f64":
        return repr(float(value))
    single = struct.unpack("f", struct.pack("f", float(value)))[0]
    return repr(single)


def main():
    names = sys.argv[1:] or list(FITS)
    for name in names:
        function, interval, *counts = FITS[name]
        for dtype, count in zip(("f32", "f64"), counts):
            if count:
                polynomial, error = chebyfit(function, list(interval), count, error=True)
                print(f"{name} {dtype} (error {nstr(error, 3)})")
                for coefficient in reversed(polynomial):
                    print("  ", rounded(coefficient, dtype))


if __name__ == "__main__":
    main()
