"""What an assessment is made of: plain frozen records, in the order of assessment.json.

None is "unknown" and becomes null. A field marked INTERNAL is for drawing and is not written to assessment.json.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from marchcam.arrays import Floats
from marchcam.track import Setup

INTERNAL = {"json": False}
Interval = tuple[float, float]


@dataclass(frozen=True)
class SourceInfo:
    """The recording in numbers."""

    path: str
    duration_s: float
    frame_count: int
    mean_fps: float | None
    image_size_px: tuple[int, int]
    recorded_at: str | None = field(default=None, metadata=INTERNAL)


@dataclass(frozen=True)
class View:
    """How the camera stood. Azimuth 0 = in front, + = at the person's left; pitch + = looking down; roll + = picture
    turned clockwise."""

    azimuth_deg: float | None
    pitch_deg: float | None
    roll_deg: float | None
    kind: str | None
    """front, oblique, side or back."""


@dataclass(frozen=True)
class SideLengths:
    left: float | None
    right: float | None


@dataclass(frozen=True)
class Calibration:
    """The quiet standing that everything is measured against."""

    start_s: float | None
    end_s: float | None
    thigh_length_px: SideLengths


@dataclass(frozen=True)
class Uncertainty:
    """The tool's own one-standard-deviation error in this view, degrees."""

    elevation_deg: float | None
    difference_deg: float | None


@dataclass(frozen=True)
class Spread:
    """A quantity over the counted lifts of one side."""

    median: float | None = None
    mean: float | None = None
    sd: float | None = None
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True)
class ReachedHorizontal:
    yes: int = 0
    no: int = 0
    too_close: int = 0


@dataclass(frozen=True)
class LandingCounts:
    toe_first: int = 0
    heel_first: int = 0
    flat: int = 0
    unclear: int = 0


@dataclass(frozen=True)
class DropOff:
    """How one side's height changes over the set (negative slope = falling)."""

    slope_deg_per_rep: float | None = None
    slope_ci_deg_per_rep: Interval | None = None
    slope_deg_per_min: float | None = None
    total_deg: float | None = None
    """-slope x span: positive = falling."""
    detectable_deg: float | None = None
    """A smaller drop could have been missed."""
    endurance_s: float | None = None
    """First of two lifts in a row below the endurance limit; None = never (censored)."""
    called: bool = False
    """Whether a drop-off is stated."""
    line: tuple[float, float, float, float] | None = field(default=None, metadata=INTERNAL)
    """(first lift, degrees, last lift, degrees) of the fitted line."""
    band_deg: tuple[tuple[float, float], tuple[float, float]] | None = field(default=None, metadata=INTERNAL)
    """((low, high) at the first lift of the line, (low, high) at the last)."""


@dataclass(frozen=True)
class SideResult:
    """One leg."""

    repetition_count: int = 0
    """Lifts that count (partial ones too)."""
    partial_count: int = 0
    excluded_count: int = 0
    peak_elevation_deg: Spread = Spread()
    hold_duration_s: Spread = Spread()
    lift_duration_s: Spread = Spread()
    lower_duration_s: Spread = Spread()
    reached_horizontal: ReachedHorizontal = ReachedHorizontal()
    held_one_second: int = 0
    landing: LandingCounts = LandingCounts()
    drop_off: DropOff = DropOff()


@dataclass(frozen=True)
class Sides:
    left: SideResult = SideResult()
    right: SideResult = SideResult()


@dataclass(frozen=True)
class Asymmetry:
    """Right minus left (negative = right lower)."""

    difference_deg: float | None = None
    ci_rep_deg: Interval | None = None
    ci_total_deg: Interval | None = None
    slope_difference_deg_per_min: float | None = None
    slope_difference_ci_deg_per_min: Interval | None = None
    """95 %; negative = the right falls more."""
    tires_sooner_side: str | None = None
    """The side whose drop-off is stated and larger than the other's beyond doubt; None = none, or both alike."""
    hold_difference_s: float | None = None
    lift_difference_s: float | None = None
    limb_symmetry_index_pct: float | None = None
    robinson_index_pct: float | None = None
    symmetry_angle_pct: float | None = None
    lower_side: str | None = None
    verdict: str = "withheld"
    """withheld, large, clear, possible, similar or inconclusive."""
    short_hold_side: str | None = field(default=None, metadata=INTERNAL)
    """The side whose hold is shorter beyond doubt and by 0.3 s or more."""
    withheld_reason: str | None = field(default=None, metadata=INTERNAL)
    """Plain words, when the verdict is withheld."""


@dataclass(frozen=True)
class Compensation:
    """What the body does besides, as change from quiet standing over the hold."""

    code: str
    """backward_lean, sideways_lean, hip_hike, hip_drop, stance_knee_bent, knee_out, knee_across, foot_moved,
    hands_on_support or sway."""
    side: str | None
    """The lifted leg's side; None = alike or not of a side."""
    value_deg: float | None
    value_pct: float | None
    share_of_lifts: float | None
    """0 to 1: share of the lifts over the limit."""
    level: str
    """marked (strong), flagged, or none (within limits; drawn only, not in assessment.json)."""
    text: str = field(default="", metadata=INTERNAL)
    """A few plain words with the number, for the report: "7° to the left"."""


@dataclass(frozen=True)
class Balance:
    """Steadiness while standing on one leg; left = standing on the left."""

    left_sway_rms_pct: float | None = None
    """Sideways RMS of the mid-hip, % of leg length."""
    right_sway_rms_pct: float | None = None
    left_sway_speed_pct_per_s: float | None = None
    right_sway_speed_pct_per_s: float | None = None
    left_foot_moved_count: int = 0
    right_foot_moved_count: int = 0
    less_steady_side: str | None = None
    """Standing leg with 1.5 times the other's sway; None = alike or unknown."""


@dataclass(frozen=True)
class Pain:
    back_before: int | None = None
    back_after: int | None = None
    hip_before: int | None = None
    hip_after: int | None = None
    rose: bool | None = None
    """Whether pain rose by 1 or more, or new pain came up; None = not asked both times."""
    new: bool = False
    """Whether new pain ended the test."""


@dataclass(frozen=True)
class Flag:
    """A reason to trust less, and the one thing to do about it."""

    code: str
    effect: str
    """not_assessable, spoils, caps or word."""
    text: str
    fix: str

    @property
    def withholds(self) -> bool:
        """Whether the sides are not compared because of it."""
        return self.effect in ("spoils", "not_assessable") or self.code == "order"


@dataclass(frozen=True)
class Quality:
    trust: str = "not_assessable"
    """good, fair, poor or not_assessable."""
    flags: tuple[Flag, ...] = ()
    seen_share: float | None = field(default=None, metadata=INTERNAL)
    """0 to 1: share of frames with the legs seen."""
    reason: str = field(default="", metadata=INTERNAL)
    """A few plain words under the trust badge: "10 lifts a side, 97 % of pictures used"."""

    @property
    def to_fix(self) -> tuple[Flag, ...]:
        """Flags that ask for something; after pain nothing is asked but to stop."""
        pain = tuple(flag for flag in self.flags if flag.code == "pain")
        return pain or tuple(flag for flag in self.flags if flag.fix)


@dataclass(frozen=True)
class Finding:
    """A plain sentence. Codes: result (the headline, always first), detail (the line under it), then height, drop_off,
    hold, tempo, landing, partial, compensation, not_seen (what this view cannot show), balance, pain, meaning ("what
    this can mean"), and fix_* ("what to fix" about the movement)."""

    code: str
    text: str


@dataclass(frozen=True)
class Repetition:
    """One lift. Instants in seconds of the recording."""

    side: str
    index: int | None
    """1-based among the counted lifts of this side; None = excluded."""
    onset_s: float
    reach_s: float
    hold_start_s: float | None
    hold_end_s: float | None
    lowered_s: float | None
    peak_elevation_deg: float
    reached_horizontal: str
    """yes, no or too_close."""
    hold_duration_s: float
    lift_duration_s: float
    lower_duration_s: float | None
    sag_deg: float | None
    smoothness: float | None
    landing: str
    landing_speed: float | None
    knee_rise_pct: float | None
    partial: bool
    excluded: str | None
    """None, or why the lift does not count: squat_or_lunge, walking, side_step, step_up, kick, leg_curl,
    standing_on_one_leg, hop, too_fast, overlap, turned (the person turned during it), incomplete (cut by the recording
    or a gap), unsure, lost_frames, side_swap (the tracker mixed up the legs), level_check (told to be level)."""
    snapshot_s: float | None = field(default=None, metadata=INTERNAL)
    """The moment that shows the lift's height."""


@dataclass(frozen=True)
class Series:
    """(n,) a value a frame of the track; NaN = unknown."""

    time_s: Floats
    left_elevation_deg: Floats
    right_elevation_deg: Floats
    left_visibility: Floats
    right_visibility: Floats
    presence: Floats


@dataclass(frozen=True)
class Assessment:
    """Everything MarchCam says about one march."""

    schema: int
    marchcam_version: str
    source: SourceInfo
    model: str
    setup: Setup
    view: View
    calibration: Calibration
    uncertainty: Uncertainty
    sides: Sides
    asymmetry: Asymmetry
    compensations: tuple[Compensation, ...]
    balance: Balance
    pain: Pain
    quality: Quality
    findings: tuple[Finding, ...]
    next_steps: tuple[str, ...]
    repetitions: tuple[Repetition, ...]
    """In time order, excluded ones too."""
    series: Series = field(metadata=INTERNAL)
    movement: tuple[Compensation, ...] = field(default=(), metadata=INTERNAL)
    """Every compensation measured, also the ones within limits (level none), for drawing."""
