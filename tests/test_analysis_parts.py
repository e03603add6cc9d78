"""Signals, statistics and the comparison of the sides against independent oracles."""

import numpy as np
import pytest
import scipy.signal
import scipy.stats

from marchcam import track as lm
from marchcam.analysis import asymmetry, camera, dropoff, signals, statistics, thigh
from marchcam.analysis.results import Repetition


def lift(side, index, peak, time, hold=1.2, partial=False):
    return Repetition(
        side,
        index,
        time,
        time + 1,
        time + 1,
        time + 2,
        time + 3,
        peak,
        "no",
        hold,
        1.0,
        1.0,
        0.0,
        -1.5,
        "toe_first",
        0.5,
        40.0,
        partial,
        None,
        time + 1.5,
    )


def session(left, right, step=4.0):
    out = []
    for i in range(max(len(left), len(right))):
        out += [lift("left", i + 1, left[i], 2 * step * i)] if i < len(left) else []
        out += [lift("right", i + 1, right[i], 2 * step * i + step)] if i < len(right) else []
    return out


def test_butterworth_coefficients_equal_scipys():
    for cutoff, rate in ((4, 30), (6, 25), (4, 15)):
        np.testing.assert_allclose(
            signals.butterworth_lowpass(cutoff, rate), scipy.signal.butter(2, cutoff / (rate / 2)), atol=1e-12
        )


def test_zero_phase_filter_equals_filtfilt_away_from_the_ends():
    x = np.random.default_rng(0).normal(size=300).cumsum()
    b, a = signals.butterworth_lowpass(4, 30)
    np.testing.assert_allclose(
        signals.filter_zero_phase(x, 30, 4)[40:-40], scipy.signal.filtfilt(b, a, x)[40:-40], atol=1e-3
    )


def test_filter_keeps_gaps_and_does_not_leak_over_them():
    x = np.concatenate([np.zeros(50), np.full(10, np.nan), np.full(50, 9.0)])
    y = signals.filter_zero_phase(x, 30, 4)
    assert np.isnan(y[50:60]).all()
    np.testing.assert_allclose(y[:50], 0, atol=1e-9)
    np.testing.assert_allclose(y[60:], 9, atol=1e-9)


def test_resample_bridges_short_gaps_only():
    t = np.arange(60) / 30
    x = t.copy()
    x[10:14] = np.nan  # 0.133 s missing
    x[30:40] = np.nan
    y = signals.resample(t, x, t)
    np.testing.assert_allclose(y[10:14], t[10:14])
    assert np.isnan(y[30:40]).all()
    np.testing.assert_allclose(y[:30], t[:30])


def test_resample_follows_true_times_of_a_variable_rate():
    t = np.cumsum(np.random.default_rng(1).uniform(0.02, 0.06, 200))
    grid = signals.uniform_times(t)
    np.testing.assert_allclose(signals.resample(t, 3 * t, grid)[:-1], 3 * grid[:-1], atol=1e-9)


def test_moving_median_is_the_median_of_every_window():
    x = np.random.default_rng(3).normal(size=40)
    padded = np.pad(x, 4, mode="edge")
    np.testing.assert_allclose(signals.moving_median(x, 8), [np.median(padded[i : i + 9]) for i in range(40)])
    assert len(signals.moving_median(np.empty(0), 9)) == 0
    x[20] = np.nan
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(signals.moving_median(x, 9))), np.arange(16, 25))
    x[20] = 0.0
    np.testing.assert_array_equal(signals.moving_median(x, 1), x)


def test_a_hop_of_the_knee_alone_is_left_out_and_lifts_and_kicks_are_kept():
    t = np.arange(150) / 15
    lift = -0.1 * np.clip(np.minimum(t - 3, 6.5 - t), 0, 1)
    knee, ankle = 0.2 + lift, 0.3 + lift
    hopping = knee + 0.02 * ((t > 4.6) & (t < 4.9))
    np.testing.assert_allclose(thigh.without_hops(hopping, ankle, 12), knee, atol=1e-9)
    kicking = ankle - 0.02 * ((t > 4.6) & (t < 4.9))
    np.testing.assert_allclose(thigh.without_hops(knee, kicking, 12), knee, atol=1e-9)
    unknown = np.where(t > 8, np.nan, ankle)
    np.testing.assert_allclose(thigh.without_hops(hopping, unknown, 12)[t > 8], knee[t > 8])


def test_runs_are_half_open_and_complete():
    assert signals.runs(np.array([1, 1, 0, 1, 0, 0, 1], bool)) == [(0, 2), (3, 4), (6, 7)]
    assert signals.runs(np.zeros(3, bool)) == []


def test_smooth_movement_has_a_longer_arc_when_it_stops_half_way():
    t = np.linspace(0, 1, 60)
    once = np.sin(np.pi * t) ** 2
    twice = np.abs(np.sin(2 * np.pi * t)) ** 2
    assert signals.spectral_arc_length(once, 60) > signals.spectral_arc_length(twice, 60)
    assert signals.spectral_arc_length(np.zeros(30), 30) is None


@pytest.mark.parametrize(("p", "n"), [(0.975, 2), (0.975, 8), (0.9, 33.5), (0.995, 100)])
def test_t_quantile_equals_scipys(p, n):
    assert statistics.t_quantile(p, n) == pytest.approx(scipy.stats.t.ppf(p, n), abs=1e-9)


@pytest.mark.parametrize("n", [5, 6, 7, 8, 10])
def test_kendall_critical_value_by_counting_all_orders(n):
    from itertools import permutations

    k = statistics.kendall_critical(n)
    if n > 8:  # 10! orders are too many to count; a large sample instead
        rng = np.random.default_rng(0)
        orders = (rng.permutation(n) for _ in range(20000))
    else:
        orders = permutations(range(n))
    i, j = np.triu_indices(n, 1)
    scores = np.array([np.sign(np.asarray(p)[j] - np.asarray(p)[i]).sum() for p in orders])
    assert (scores >= k).mean() <= (0.025 if n <= 8 else 0.03)
    assert (scores >= k - 2).mean() > (0.025 if n <= 8 else 0.02)


def test_theil_sen_equals_scipys_slope():
    rng = np.random.default_rng(3)
    x = np.arange(12.0)
    y = -1.1 * x + rng.normal(0, 1, 12)
    slope, interval = statistics.theil_sen(x, y)
    assert slope == pytest.approx(scipy.stats.theilslopes(y, x)[0])
    assert interval[0] < slope < interval[1]
    assert statistics.theil_sen(x[:4], y[:4])[1] is None


def test_indices_have_the_published_check_values():
    assert asymmetry.limb_symmetry_index_pct(90, 78) == pytest.approx(86.67, abs=0.005)
    assert asymmetry.robinson_index_pct(90, 78) == pytest.approx(-14.29, abs=0.005)
    assert asymmetry.symmetry_angle_pct(90, 78) == pytest.approx(-4.54, abs=0.005)


def test_difference_is_right_minus_left_with_trends_taken_out():
    left = [0 - 0.5 * i for i in range(10)]
    right = [-10 - 1.5 * i for i in range(10)]
    result = asymmetry.compare_sides(session(left, right), difference_uncertainty_deg=2.5, withheld_reason=None)
    # At mid-session both lines are known exactly: -10 - 1.5 x 4.25 against -0.5 x 4.75.
    assert result.difference_deg == pytest.approx(-14.0, abs=0.01)
    assert result.lower_side == "right"
    assert result.verdict == "large"
    assert result.slope_difference_deg_per_min == pytest.approx(-1.0 / 8 * 60, abs=1e-6)


def test_fewer_than_six_lifts_a_side_are_not_compared():
    result = asymmetry.compare_sides(session([0] * 8, [-20] * 5), difference_uncertainty_deg=2.5, withheld_reason=None)
    assert result.verdict == "withheld"
    assert result.difference_deg is None and result.ci_rep_deg is None and result.lower_side is None


@pytest.mark.parametrize(
    ("difference", "rep", "total", "word"),
    [
        (-14, 1, 5, "large"),
        (-14, 1, 9.6, "clear"),  # down to 4.4, printed as 4
        (-10, 1, 6, "clear"),
        (-10, 1, 11, "possible"),
        (-6, 1, 9, "possible"),
        (-6, 7, 9, "inconclusive"),
        (2, 1, 5, "similar"),
        (2, 1, 8, "inconclusive"),
    ],
)
def test_verdicts(difference, rep, total, word):
    assert (
        asymmetry.verdict(difference, (difference - rep, difference + rep), (difference - total, difference + total))
        == word
    )


@pytest.mark.parametrize(("rho", "least"), [(0.0, 0.92), (0.3, 0.88)])
def test_interval_of_the_difference_covers_the_truth_as_often_as_it_says(rho, least):
    rng = np.random.default_rng(5)
    hits, runs = 0, 400
    for _ in range(runs):
        noise = {s: np.zeros(10) for s in "lr"}
        for s in noise:
            e = rng.normal(0, 2, 10)
            for i in range(10):
                noise[s][i] = e[i] if i == 0 else rho * noise[s][i - 1] + np.sqrt(1 - rho**2) * e[i]
        result = asymmetry.compare_sides(
            session(list(noise["l"]), list(-8 + noise["r"])), difference_uncertainty_deg=2.5, withheld_reason=None
        )
        hits += result.ci_rep_deg[0] <= -8 <= result.ci_rep_deg[1]
    assert least <= hits / runs <= 0.99


def test_a_fall_of_a_degree_a_lift_is_called_and_a_level_side_is_not():
    rng = np.random.default_rng(2)
    noise = rng.normal(0, 0.5, 10)
    falling = dropoff.drop_off(
        [lift("right", i + 1, -9 - 1.1 * i + noise[i], 8.0 * i) for i in range(10)], may_call=True
    )
    level = dropoff.drop_off([lift("left", i + 1, 3 + noise[i], 8.0 * i) for i in range(10)], may_call=True)
    assert falling.called and falling.total_deg == pytest.approx(8.8, abs=2)
    assert falling.slope_ci_deg_per_rep[0] < -1.1 < falling.slope_ci_deg_per_rep[1]
    assert not level.called and level.detectable_deg > dropoff.MIN_TOTAL_DEG
    assert not dropoff.drop_off(
        [lift("right", i + 1, -9.0 - 1.1 * i, 8.0 * i) for i in range(10)], may_call=False
    ).called


def test_seven_lifts_are_too_few_for_a_drop_off():
    assert not dropoff.drop_off([lift("right", i + 1, -3.0 * i, 8.0 * i) for i in range(7)], may_call=True).called


def test_endurance_ends_with_the_first_of_two_low_lifts():
    heights = [0, 0, 0, 0, 0, -12, 0, -12, -13, -14]
    result = dropoff.drop_off([lift("left", i + 1, float(h), 8.0 * i) for i, h in enumerate(heights)], may_call=True)
    assert result.endurance_s == 8.0 * 7 + 1


@pytest.mark.parametrize(
    ("order", "at_most"), [("lr" * 10, 1.1), ("llrr" * 5, 1.2), ("lllllrrrrr" * 2, 1.5), ("rl" * 3 + "lr" * 7, 1.2)]
)
def test_sides_in_turn_or_near_it_widen_nothing(order, at_most):
    time_s = 4.0 * np.arange(len(order))
    assert 1.0 <= asymmetry.order_inflation(time_s, np.array(list(order)) == "r") <= at_most


def test_one_side_after_the_other_widens_the_interval_beyond_use():
    right = np.arange(20) >= 10
    assert asymmetry.order_inflation(4.0 * np.arange(20), right) > 3
    assert asymmetry.order_inflation(4.0 * np.arange(3), right[:3]) == np.inf


def test_both_intervals_of_the_regression_are_those_of_least_squares():
    """Against the covariance of an independent fit, where the residuals of neighbours are not alike."""
    random = np.random.default_rng(4)
    time_s, right = 4.0 * np.arange(24), np.arange(24) % 2 == 1
    s, t = np.where(right, 0.5, -0.5), 4.0 * np.arange(24) - 46.0
    value = 5 + 3 * s - 0.05 * t + 0.1 * s * t + random.normal(0, 2, 24)
    found = asymmetry.regression_difference(time_s, right, value)
    design = np.column_stack([np.ones(24), s, t, s * t])
    fit, rss, *_ = np.linalg.lstsq(design, value, rcond=None)
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * rss[0] / 20) * scipy.stats.t.ppf(0.975, 20)
    assert (found.middle, found.slope_per_s) == pytest.approx((fit[1], fit[3]))
    widened = found.half_width / errors[1]
    assert found.slope_half_width_per_s / errors[3] == pytest.approx(widened) and 1.0 <= widened < 2.4


@pytest.mark.parametrize("turned_deg", [-179.9, -178.0, 178.0, 179.9, 180.0])
def test_an_azimuth_from_behind_stays_within_half_a_turn(turned_deg):
    """What the model sees askew, which is taken out, must not carry it over the edge."""
    world = np.zeros((5, 33, 3))
    x, z = np.cos(np.radians(turned_deg)), -np.sin(np.radians(turned_deg))
    for left, right in ((lm.LEFT_SHOULDER, lm.RIGHT_SHOULDER), (lm.LEFT_HIP, lm.RIGHT_HIP)):
        world[:, left], world[:, right] = (0.15 * x, 0, 0.15 * z), (-0.15 * x, 0, -0.15 * z)
    azimuth = camera.view_azimuth_deg(world)
    assert -180 <= azimuth <= 180
    assert abs((azimuth - turned_deg + 180) % 360 - 180) == pytest.approx(4, abs=0.1)
