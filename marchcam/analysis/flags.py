"""The flags of a recording: code, effect, what happened and the one thing to fix."""

from __future__ import annotations

from marchcam.analysis.results import Flag

FIX = {
    "no_person": (
        "not_assessable",
        "Nobody was seen in this recording.",
        "Film one person, whole body in the picture, 2.5 to 3 m from the camera.",
    ),
    "no_lifts": (
        "not_assessable",
        "No lift of a slow march was found.",
        "Lift each knee in turn until the thigh is level, hold for a second, lower slowly.",
    ),
    "upside_down": (
        "not_assessable",
        "The picture stands on its head or lies on its side.",
        "Turn the video upright, or give --rotate 90, 180 or 270.",
    ),
    "seated": (
        "not_assessable",
        "The person seems to sit or crouch; the test is done standing.",
        "Stand up, two chair backs beside you for balance, and march in place.",
    ),
    "cut_off": (
        "not_assessable",
        "Hips, knees or ankles are out of the picture.",
        "Move the camera back until head and feet are in the picture.",
    ),
    "tilt_unknown": (
        "not_assessable",
        "How the camera is tilted cannot be told from here, and without it no height.",
        "Film from the front or from 30–45° to the side, both feet in the picture, standing still for 3 seconds before "
        "the first lift; or give --stature and --lens-height.",
    ),
    "few_repetitions": ("spoils", "Fewer than 6 lifts were found on a side.", "Record 10 lifts a side."),
    "side_swap": (
        "spoils",
        "The tracker mixed up the two legs.",
        "Fitted clothes in a colour that stands out from the wall; more light.",
    ),
    "camera_moved": ("spoils", "The camera moved.", "Put the camera on something that cannot move."),
    "thigh_length": (
        "spoils",
        "The thighs change their length in the picture, so the tracking cannot be right.",
        "Fitted clothes, more light, and the camera level at hip height.",
    ),
    "knee_jumps": (
        "spoils",
        "In some lifts the knee is seen where it cannot be; their height may be wrong.",
        "Nothing before the knees, trousers that stand out from the wall, more light.",
    ),
    "second_person": ("spoils", "The tracker changed from one person to another.", "Only one person in the picture."),
    "pain": (
        "spoils",
        "Pain rose during the test.",
        "Stop. Do not repeat the test before a professional has looked at it.",
    ),
    "no_standing": (
        "caps",
        "There is no quiet standing to measure from.",
        "Stand still for 3 seconds before the first lift.",
    ),
    "low_fps": (
        "caps",
        "Too few or irregular pictures a second.",
        "Record at 25 pictures a second or more, in good light.",
    ),
    "lost_frames": (
        "caps",
        "The person was lost in part of the pictures.",
        "Stay in the picture, in good light, with nobody in between.",
    ),
    "low_visibility": (
        "caps",
        "Hips or knees were hard to see.",
        "Fitted clothes, more light, nothing between camera and legs.",
    ),
    "pitch": (
        "caps",
        "The camera looks up or down, or stands far from hip height.",
        "Put the camera level at hip height, or give --stature and --lens-height.",
    ),
    "roll": ("caps", "The camera is tilted sideways.", "Set the camera level."),
    "near": ("caps", "The camera is too near.", "Move the camera back to 2.5–3 m."),
    "far": ("caps", "The person is small in the picture.", "Move the camera closer, to 2.5–3 m."),
    "mirrored": (
        "caps",
        "The left hand went up where the right was asked for: the recording may be mirrored.",
        "Turn mirroring off in the camera's settings.",
    ),
    "too_fast": (
        "caps",
        "This is a march, not a slow march: the lifts are too quick.",
        "Lift in two seconds, hold for one, lower in two.",
    ),
    "unequal_counts": (
        "caps",
        "The two sides have different numbers of lifts.",
        "Alternate the sides, the same number each.",
    ),
    "order": (
        "caps",
        "One side was lifted after the other, not in turn: the sides are not compared.",
        "Alternate the sides, left and right in turn.",
    ),
    "truncated": (
        "caps",
        "The video is damaged or cut off; it was read up to that point.",
        "Copy the video again from the camera.",
    ),
    "feet_out": (
        "word",
        "The feet cannot be seen well enough to tell how they land.",
        "Keep both feet in the picture, a hand's breadth from the edge.",
    ),
    "view": (
        "word",
        "Seen from the side, the far leg is less sure.",
        "Turn the camera 30–45° to the person's side instead of 90°.",
    ),
    "turned": (
        "word",
        "The person turned after standing still; heights from there on are measured without quiet standing.",
        "Stand still for 3 seconds again after turning.",
    ),
    "other_movement": (
        "word",
        "Some movements were no lifts of a slow march and do not count.",
        "March on the spot: lift one knee in front, the shank hanging, and put the foot down where it was.",
    ),
    "cut_lift": (
        "word",
        "A lift is cut off by the start or the end of the recording; it does not count.",
        "Stand on both feet when the recording starts and ends.",
    ),
    "level_thigh": (
        "word",
        "At the time given for a level thigh none was seen that could be level; the time was not used.",
        "Give a time at which one thigh is held level, seen from the front or obliquely, the other foot on the floor.",
    ),
    "overlap": (
        "word",
        "Both thighs were up at once; those lifts do not count.",
        "Put one foot down before the other goes up.",
    ),
}
MOVEMENT = {
    "squat_or_lunge": "squats or lunges",
    "walking": "walking instead of marching on the spot",
    "side_step": "side steps",
    "step_up": "steps onto something",
    "kick": "kicks with a straight leg",
    "leg_curl": "leg curls, the heel going back",
    "standing_on_one_leg": "standing on one leg",
    "hop": "hops or skips",
    "too_fast": "steps too quick for a slow march, a run or a fast march",
    "overlap": "both thighs up at once",
}
"""Movements that are no lifts, by the code of what keeps them from counting, as the end of "they look like …"."""
ORDER = list(FIX)
EFFECT_ORDER = ("not_assessable", "spoils", "caps", "word")
SEVERAL_VIEWS_TEXT = "The person turned: lifts were seen from several sides; a drop-off is looked for in one view only."
SECOND_PERSON_TEXT = "Somebody else was in the picture; one person was followed."


def make_flag(code: str, *, text: str | None = None, effect: str | None = None, fix: str | None = None) -> Flag:
    """The flag of a code, with its usual words unless others are given."""
    usual_effect, usual_text, usual_fix = FIX[code]
    return Flag(code, effect or usual_effect, text or usual_text, fix or usual_fix)


def worst_first(flags: list[Flag]) -> list[Flag]:
    """Pain first, whatever else there is; then flags by effect, then in the order of the table."""
    return sorted(flags, key=lambda f: (f.code != "pain", EFFECT_ORDER.index(f.effect), ORDER.index(f.code)))
