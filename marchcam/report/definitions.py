"""How each number is defined, in a sentence or two for people who read a report."""

from __future__ import annotations

METHOD = (
    "The angle of each thigh against the horizontal comes from where hip and knee lie in the picture, from "
    "the size of the body in quiet standing, and from where the camera stood. Left and right are the person’s"
    " own. The angle in the picture itself would be wrong: a knee that comes towards the camera hardly moves "
    "in it."
)
DEFINITIONS = (
    (
        "Height",
        "The angle of the thigh, from hip to knee, against the horizontal: 0° level, −90° hanging, above 0° "
        "the knee is higher than the hip. Of a lift: its middle value while held, never the highest instant. "
        "Median height is the middle one of all lifts.",
    ),
    (
        "Level",
        "Level, as far as seen: all lifts but those that surely were lower. Surely: at least 90 % sure, given the "
        "tool’s own error in this view. Telling a moment at which a thigh was level (--level-at) makes it sharper.",
    ),
    (
        "Near the top",
        "The longest stay within 5° of the top, slower than 15° a second. It holds the end of the way up and the "
        "start of the way down, so it reads about a quarter second longer than the hold that was counted aloud.",
    ),
    (
        "Lifting, lowering",
        "The time from 10 to 90 % of the way. A smooth lift of two seconds reads about one second.",
    ),
    (
        "Difference",
        "Right minus left in the middle of the test, by a line through each side’s lifts: not quite the difference of "
        "the two typical heights, which are medians. Lift to lift: 95 % interval from the scatter of the "
        "lifts. Allowing for camera error: the tool’s own error in this view added to it.",
    ),
    (
        "Large, clear, possible, similar",
        "From 13°, 9° and 5° on, in whole degrees, where the interval bears it out (clear and large: 99 % sure); "
        "similar below 5° where the whole interval stays within 9°; anything else is inconclusive. It is a "
        "difference in height, not in strength.",
    ),
    (
        "Drop-off",
        "How far the height falls from the second lift to the last, along the middle of all slopes between "
        "two lifts. Called only if the whole interval falls, by 5° or more, with enough lifts. A drop-off can"
        " have many reasons.",
    ),
    (
        "Partial",
        "A lift below 60 % of the other side’s typical height from hanging. It counts like any other.",
    ),
    (
        "Landing",
        "Toes first: the heel is still higher than the toes as the foot comes down. Needs the feet in the "
        "picture and 24 pictures a second.",
    ),
    (
        "What else moves",
        "Change from quiet standing, while the thigh is held up: the middle value of the lifts. A “!” marks "
        "what goes over its limit. Sway: how much the hips move sideways on one leg, one leg against the "
        "other. What the view cannot show is named: hip hike and knee path are seen from the front alone.",
    ),
    (
        "Trust",
        "Good: 8 lifts a side or more, the legs seen in 90 % of the pictures, nothing against it. Fair: "
        "something makes it less sure, or 6 to 7 lifts a side. Poor: the heights are shown, the sides are not"
        " compared.",
    ),
)
