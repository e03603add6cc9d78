"""How the person moves: every joint's place and direction at every moment, exactly.

A scenario's "march" commands it. What is in it beside the lifts:

reps[].kind
    "lift" is a slow-march lift and counts. "step" moves alike and does not count (run in place), nor do "kick"
    (straight leg to peak_deg), "curl" (shank back to curl_deg, thigh hanging at peak_deg) and "tree" (foot at the
    other knee, or down_m below it).
reps[].at
    Start in seconds, where it does not follow from the lift before.
arms
    List of {"mode", "timing"}, the later over the earlier. mode: overhead (with "path": side or front), swing, hips,
    clap, knee, bent, forward. timing: lift (up and down with it), before (up before it), always, or {"start", "end"}.
body_path
    List of {"start", "end"} and the values reached at the end: x, y (metres), yaw_deg, rise (metres above standing
    height), lean_deg. What is not named stays. With "rise" the height is commanded, without it the legs give it.
foot_path
    List of {"side", "start", "end", "height" (of the step, metres)} and the values reached: x, y, z (metres from the
    place at the start), about_deg (round the body's place at the start), yaw_deg, pitch_deg (heel up).
settle
    0..1: how far the pelvis sinks so that the lower foot stays down while both knees are up.
run
    {"step_s", "flight_m", "dip_m"}: bounce of the pelvis in a run in place.
"""

import copy

import numpy as np

SIDES = ("L", "R")
STAND = -86.0  # nominal thigh elevation where lifting starts
STAND_TILT = 4.0
CLAVICLE_DEG = 30.0  # how far the clavicles rise with the arms overhead: the shoulders rise by 5 % of stature
BODY_KEYS = ("x", "y", "yaw_deg", "rise", "lean_deg")
FOOT_KEYS = ("x", "y", "z", "about_deg", "yaw_deg", "pitch_deg")
X, Y, Z = np.eye(3)


def merge(base, over):
    """base with what over names instead, at every depth."""
    out = copy.deepcopy(base)
    for k, v in (over or {}).items():
        out[k] = merge(out[k], v) if isinstance(v, dict) and isinstance(out.get(k), dict) else v
    return out


# ------------------------------------------------------------------ small maths
def unit(v):
    """v at length 1."""
    return v / np.linalg.norm(v)


def rot(axis, deg):
    """Rotation about an axis."""
    a = np.radians(deg)
    x, y, z = unit(np.asarray(axis, float))
    c, s = np.cos(a), np.sin(a)
    C = 1 - c
    return np.array(
        [
            [c + x * x * C, x * y * C - z * s, x * z * C + y * s],
            [y * x * C + z * s, c + y * y * C, y * z * C - x * s],
            [z * x * C - y * s, z * y * C + x * s, c + z * z * C],
        ]
    )


def frame(d, h):
    """Orthonormal frame with first axis d and second axis h made orthogonal to d."""
    d = unit(d)
    h = unit(h - d * (h @ d))
    return np.stack([d, h, np.cross(d, h)], 1)


def smooth(x):
    """Minimum-jerk course from 0 to 1."""
    x = np.clip(x, 0, 1)
    return x * x * x * (x * (6 * x - 15) + 10)


def rot_mix(A, B, t):
    """Rotation from A (t = 0) to B (t = 1)."""
    R = A.T @ B
    a = np.degrees(np.arccos(np.clip((np.trace(R) - 1) / 2, -1, 1)))
    if a < 1e-6:
        return A.copy()
    return A @ rot([R[2, 1] - R[1, 2], R[0, 2] - R[2, 0], R[1, 0] - R[0, 1]], a * t)


# ------------------------------------------------------------------ march timing
def schedule(m):
    """List of repetitions with absolute times and all parameters, and the length of the clip."""
    reps = m["reps"]
    if reps is None:
        order = [m["first"], "R" if m["first"] == "L" else "L"]
        reps = [{"side": order[i % 2]} for i in range(2 * m["reps_per_side"])]
    t, out, count = m["start_s"], [], {"L": 0, "R": 0}
    for r in reps:
        p = merge(merge(m["default"], m["left" if r["side"] == "L" else "right"]), r)
        if "peak_deg" not in r:
            p["peak_deg"] = p["peak_deg"] - p["peak_decrement_deg"] * count[r["side"]]
        p["index_on_side"] = count[r["side"]]
        count[r["side"]] += 1
        t = r.get("at", t)
        p["t_start"] = t
        p["t_peak"] = t + p["lift_s"]
        p["t_hold_end"] = p["t_peak"] + p["hold_s"]
        p["t_end"] = p["t_hold_end"] + p["lower_s"]
        t = p["t_end"] + p["rest_s"]
        out.append(p)
    paths = [k["end"] for k in m["body_path"] + m["foot_path"]]
    return out, max([t, *paths]) + m["end_s"]


def follow(path, keys, t):
    """Values along a path of {"start", "end", key: value reached}; a key never named stays 0."""
    now = dict.fromkeys(keys, 0.0)
    for k in path:
        w = smooth((t - k["start"]) / (k["end"] - k["start"]))
        for key in keys:
            if key in k:
                now[key] += w * (k[key] - now[key])
    return now


def two_bones(start, end, a, b, pole):
    """Directions of two bones of length a, b from start to end, the joint between them towards pole."""
    D = end - start
    d = np.clip(np.linalg.norm(D), abs(a - b) + 0.02, (a + b) * 0.9995)
    D = unit(D)
    bend = np.arccos(np.clip((a**2 + d**2 - b**2) / (2 * a * d), -1, 1))
    first = np.cos(bend) * D + np.sin(bend) * unit(pole - D * (pole @ D))
    return first, unit(D * d - first * a)


class Motion:
    """The person's joints at any time."""

    def __init__(self, sc, ch):
        self.m = sc["march"]
        self.ch = ch
        self.reps, self.duration = schedule(self.m)
        g = np.random.default_rng(sc["seed"])
        self.ph = g.uniform(0, 2 * np.pi, 24)
        self.bones = {"arm": {}, "fore": {}}
        for s in SIDES:
            u, w, h = (ch.head[ch.idx[f"{b}_{s.lower()}"]] for b in ("upperarm", "lowerarm", "hand"))
            self.bones["arm"][s], self.bones["fore"][s] = np.linalg.norm(w - u), np.linalg.norm(h - w)
        hip = ch.head[ch.idx["thigh_l"]] - ch.head[ch.idx["pelvis"]]
        self.stand_height = ch.plant["L"][2] + (ch.thigh + ch.shank) * 0.994 - hip[2]

    def clearance(self, side, t):
        """Height of the lowest point of the toe part and of the heel part of the shoe."""
        R, P, _ = self.pose(t)
        k = self.ch.sole[side]
        return tuple(self.ch.skin(R, P, k[part])[:, 2].min() for part in ("toe", "heel"))

    def yaw_deg(self, t):
        """How far the person has turned to the own left."""
        return follow(self.m["body_path"], BODY_KEYS, t)["yaw_deg"]

    def wob(self, t, k):
        """Slow pseudo-random sway, about +-1."""
        p = self.ph[3 * k : 3 * k + 3]
        return (
            0.5 * np.sin(2 * np.pi * 0.23 * t + p[0])
            + 0.35 * np.sin(2 * np.pi * 0.41 * t + p[1])
            + 0.15 * np.sin(2 * np.pi * 0.83 * t + p[2])
        )

    # -------------------------------------------------------------- what is commanded
    def limb(self, side, t):
        """(commanded elevation or STAND, active rep, fraction of lift 0..1, phase)."""
        for r in self.reps:
            if r["side"] == side and r["t_start"] <= t < r["t_end"]:
                if t < r["t_peak"]:
                    s, ph = smooth((t - r["t_start"]) / r["lift_s"]), "lift"
                elif t < r["t_hold_end"]:
                    s, ph = 1.0, "hold"
                else:
                    s, ph = 1 - smooth((t - r["t_hold_end"]) / r["lower_s"]), "lower"
                pk = r["peak_deg"]
                sag = r["hold_sag_deg"] * np.clip((t - r["t_peak"]) / max(r["hold_s"], 1e-6), 0, 1)
                trem = r["tremor_deg"] * (np.sin(2 * np.pi * 7.3 * t) + np.sin(2 * np.pi * 9.1 * t + 1)) * 0.5 * s**4
                return STAND + s * (pk - sag - STAND) + trem, r, s, ph
        return STAND, None, 0.0, "stand"

    def raised(self, side, t):
        """0..1: how far the arm is up; march.raise_hand = {"side": "R", "start": s, "end": s}."""
        h = self.m["raise_hand"]
        if not h or h["side"] != side:
            return 0.0
        return smooth((t - h["start"]) / 0.7) * (1 - smooth((t - h["end"] + 0.7) / 0.7))

    def arm_weight(self, arm, t, f):
        """0..1: how far an arm movement is under way, f the fraction of the lift."""
        timing = arm["timing"]
        if timing == "always":
            return 1.0
        if timing == "lift":
            return f
        if timing == "before":
            up = [smooth((t - r["t_start"] + 0.7) / 0.6) * (1 - smooth((t - r["t_end"]) / 0.6)) for r in self.reps]
            return max(up)
        return smooth((t - timing["start"]) / 0.7) * (1 - smooth((t - timing["end"] + 0.7) / 0.7))

    def bounce(self, t):
        """Pelvis height gained in the flight and lost in the stance of a run in place."""
        run = self.m.get("run")
        if not run:
            return 0.0, 0.0
        half = 0.5 * run["step_s"]
        c = 0.0
        for r in self.reps[:-1]:
            x = (t - r["t_peak"] - half) / half
            c += np.cos(0.5 * np.pi * x) ** 2 if abs(x) < 1 else 0.0
        on = smooth((t - self.reps[0]["t_start"]) / 0.3) * (1 - smooth((t - self.reps[-1]["t_end"]) / 0.3))
        return run["flight_m"] * max(0.0, 2 * c - 1), run["dip_m"] * min(1.0, 2 - 2 * c) * on

    def feet(self, t, body):
        """Where each ankle would stand, seen from the body: (place, turn about the vertical, pitch, step 0..1)."""
        away = rot(Z, -body["yaw_deg"])
        out = {}
        for s in SIDES:
            path = [k for k in self.m["foot_path"] if k["side"] == s]
            k = follow(path, FOOT_KEYS, t)
            step = 0.0
            lift = 0.0
            for q in path:
                x = (t - q["start"]) / (q["end"] - q["start"])
                if 0 < x < 1 and q["height"]:
                    step = np.sin(np.pi * x) ** 2
                    lift = q["height"] * step
            place = rot(Z, k["about_deg"]) @ self.ch.plant[s] + [k["x"], k["y"], k["z"] + lift]
            place = away @ (place - [body["x"], body["y"], 0])
            turn = rot(Z, k["yaw_deg"] - body["yaw_deg"])
            ball = turn @ np.array([0, -self.ch.lev_toe, -self.ch.plant[s][2] + 0.01])
            pitch = k["pitch_deg"]
            place = place + ball - turn @ rot(X, pitch) @ turn.T @ ball
            out[s] = (place, k["yaw_deg"] - body["yaw_deg"], pitch + 14 * step, step)
        return out

    # -------------------------------------------------------------- the pose
    def pose(self, t):
        """Rotations (bones, 3, 3) and places (bones, 3) at a time, and what is under way."""
        ch, m = self.ch, self.m
        H, idx = ch.head, ch.idx
        st = {s: self.limb(s, t) for s in SIDES}
        body = follow(m["body_path"], BODY_KEYS, t)
        feet = self.feet(t, body)
        shift = lat = back = hike = tilt = 0.0
        for r in self.reps:
            sg = 1 if r["side"] == "L" else -1
            b = smooth((t - r["t_start"] + 0.35) / 0.8) * (1 - smooth((t - r["t_end"] + 0.35) / 0.8))
            shift += -sg * b * m["weight_shift_cm"] / 100
            lat += -sg * b * r["trunk_lateral_deg"]
            f = smooth((t - r["t_start"]) / r["lift_s"]) * (1 - smooth((t - r["t_hold_end"]) / r["lower_s"]))
            back += f * r["trunk_back_deg"]
            hike += sg * f * r["pelvis_hike_deg"]
            tilt += f * r["pelvis_tilt_deg"]
        sw = m["sway_cm"] / 100
        lean = body["lean_deg"]
        # pelvis rotation: +tilt = posterior, obliquity + = left hip higher
        Rp = (
            rot([0, 0, 1], 1.2 * self.wob(t, 0))
            @ rot([0, 1, 0], -hike - 0.3 * self.wob(t, 1))
            @ rot([1, 0, 0], -tilt + 0.6 * lean)
        )
        Rt = (
            rot([0, 0, 1], 0.8 * self.wob(t, 2))
            @ rot([0, 1, 0], lat + 0.5 * self.wob(t, 3))
            @ rot([1, 0, 0], -back + 0.6 * self.wob(t, 4) + 1 + lean)
        )
        off = {s: Rp @ (H[idx["thigh_" + s.lower()]] - H[idx["pelvis"]]) for s in SIDES}
        px, py = shift + sw * self.wob(t, 5), ch.pelvis_y + sw * 0.7 * self.wob(t, 6)
        pelvis = np.array([px, py, self.pelvis_height(px, py, off, feet, st, body)])
        flight, dip = self.bounce(t)
        R, P = {"pelvis": Rp}, {}
        legs, settle = {}, 0.0
        for again in (False, True):
            P["pelvis"] = pelvis - [0, 0, settle + dip]
            for s in sorted(SIDES, key=lambda s: st[s][1] is not None and st[s][1]["kind"] == "tree"):
                legs[s] = self.leg(s, st[s], P["pelvis"] + off[s], feet[s], legs)
            if again or not m["settle"] or any(st[s][1] is None for s in SIDES):
                break
            gap = np.array([legs[s]["ankle"][2] - feet[s][0][2] for s in SIDES])
            settle = m["settle"] * max(0.0, -0.008 * np.log(np.exp(-gap / 0.008).sum()))
        info = {}
        for s in SIDES:
            q = s.lower()
            R["thigh_" + q] = frame(legs[s]["thigh"], legs[s]["hinge"]) @ ch.rest[f"thigh_{q}"].T
            R["calf_" + q] = frame(legs[s]["shank"], legs[s]["hinge"]) @ ch.rest[f"calf_{q}"].T
            R["foot_" + q], R["ball_" + q] = legs[s]["foot"], legs[s]["ball"]
            info[s] = {"phase": st[s][3], "rep": None if st[s][1] is None else self.reps.index(st[s][1])}
        for i, b in enumerate(("spine_01", "spine_02", "spine_03")):
            R[b] = rot_mix(Rp, Rt, (i + 1) / 3)
        R["neck_01"] = rot_mix(Rt, np.eye(3), 0.4)
        R["head"] = (
            rot_mix(Rt, np.eye(3), 0.8) @ rot([1, 0, 0], 2 * self.wob(t, 7)) @ rot([0, 0, 1], 3 * self.wob(t + 9, 7))
        )
        over = [self.arm_weight(a, t, max(st[s][2] for s in SIDES)) for a in m["arms"] if a["mode"] == "overhead"]
        for s in SIDES:
            R["clavicle_" + s.lower()] = R["spine_03"] @ rot(
                Y, (-1 if s == "L" else 1) * CLAVICLE_DEG * max([0, *over])
            )
        self.chain(R, P, ("spine_01", "spine_02", "spine_03", "clavicle_l", "clavicle_r", "upperarm_l", "upperarm_r"))
        for s in SIDES:
            q = s.lower()
            ud, fd, h = self.arm(s, t, st, R, P, legs)
            R["upperarm_" + q] = frame(ud, h) @ ch.rest[f"upperarm_{q}"].T
            R["lowerarm_" + q] = frame(fd, h) @ ch.rest[f"lowerarm_{q}"].T
            R["hand_" + q] = rot_mix(R["lowerarm_" + q], R["lowerarm_" + q] @ rot([1, 0, 0], 10), 1)
        self.chain(R, P, [b for b in ch.bones if b != "pelvis" and b != "prop"])
        turn = rot(Z, body["yaw_deg"])
        away = np.array([body["x"], body["y"], flight])
        for b in P:
            R[b], P[b] = turn @ R[b], turn @ P[b] + away
        R["prop"], P["prop"] = np.eye(3), np.zeros(3)
        info["yaw_deg"] = body["yaw_deg"]
        return np.array([R[b] for b in ch.bones]), np.array([P[b] for b in ch.bones]), info

    def chain(self, R, P, bones):
        """Forward kinematics of bones, parents first."""
        ch = self.ch
        for b in bones:
            pn = ch.bones[ch.parent[ch.idx[b]]]
            R.setdefault(b, R[pn])
            P[b] = P[pn] + R[pn] @ (ch.head[ch.idx[b]] - ch.head[ch.idx[pn]])

    def pelvis_height(self, px, py, off, feet, st, body):
        """Height that the standing legs give."""
        length = (self.ch.thigh + self.ch.shank) * 0.9965
        need, wt = {}, {}
        for s in SIDES:
            a = feet[s][0]
            d2 = (px + off[s][0] - a[0]) ** 2 + (py + off[s][1] - a[1]) ** 2
            need[s] = a[2] + np.sqrt(max(length**2 - d2, 0.01)) - off[s][2]
            wt[s] = (1 - smooth(st[s][2] * 6)) + 1e-9
        if not self.m["foot_path"] and not self.m["body_path"]:
            pz = sum(need[s] * wt[s] for s in SIDES) / sum(wt.values())
            return min([pz] + [need[s] + 0.002 for s in SIDES if wt[s] > 0.5])
        on = {s: 1 - smooth(st[s][2] * 1.5) for s in SIDES}
        low = np.array([need[s] + 0.5 * (max(on.values()) - on[s]) for s in SIDES])
        if any("rise" in k for k in self.m["body_path"]):
            low = np.append(low, self.stand_height + body["rise"])
        return low.min() - 0.006 * np.log(np.exp(-(low - low.min()) / 0.006).sum())

    def leg(self, s, state, hip, foot, legs):
        """Directions of thigh and shank, ankle, rotations of foot and toes."""
        ch, m = self.ch, self.m
        sg = 1 if s == "L" else -1
        e, r, f, ph = state
        place, turn, pitch, step = foot
        kind = None if r is None else r["kind"]
        Lt, Ls = ch.thigh, ch.shank
        yaw = rot(Z, sg * m["toe_out_deg"] + turn + (sg * 75 * f if kind == "tree" else 0))
        hinge, fwd = yaw @ X, -(yaw @ Y)
        aim = place
        if kind == "tree":
            other = legs["R" if s == "L" else "L"]
            aim = place + f * (other["knee"] + r.get("down_m", 0.0) * -Z + sg * 0.075 * X - place)
        kd, sd = two_bones(hip, aim, Lt, Ls, fwd)
        if kind in ("lift", "step", "kick", "curl"):
            flex = e - STAND
            full = max(r["peak_deg"] - STAND, 5)
            u = np.clip(flex / full, 0, 1.2)
            w = smooth(f * 2.5) if kind == "curl" else smooth(flex / 14.0)
            ab, er = np.radians(r["abduction_deg"]), np.radians(e)
            kfk = np.array([sg * np.sin(ab) * np.cos(er), -np.cos(ab) * np.cos(er), np.sin(er)])
            if kind == "kick":
                bent = np.radians(e - 8 - 14 * np.sin(np.pi * min(u, 1)))
                sfk = np.array([sg * np.sin(ab) * np.cos(bent), -np.cos(ab) * np.cos(bent), np.sin(bent)])
            else:
                tl = STAND_TILT * (1 - u) + 30 * full / 86 * np.sin(np.pi * min(u, 1)) + r["shank_tilt_deg"] * u
                if kind == "curl":
                    tl = STAND_TILT + (r["curl_deg"] - STAND_TILT) * f
                tl = np.radians(tl)
                sfk = unit(np.array([-0.02 * sg, np.sin(tl), -np.cos(tl)]))
            kd, sd = unit((1 - w) * kd + w * kfk), unit((1 - w) * sd + w * sfk)
            if f > 0.9999 or w > 0.9999:
                kd = kfk
        ankle = hip + Lt * kd + Ls * sd
        dz = max(ankle[2] - place[2], 0.0)
        p = 0.0  # foot pitch, + = toes down
        if kind in ("lift", "step"):
            p = {
                "lift": 26 + (r["foot_air_deg"] - 26) * smooth((f - 0.2) / 0.5),
                "hold": r["foot_air_deg"],
                "lower": {"toe": 27, "heel": -14, "flat": 0}[r["landing"]],
            }[ph]
            if ph == "lower":
                p = r["foot_air_deg"] + (p - r["foot_air_deg"]) * smooth((1 - f) / 0.55)
        elif kind == "tree":
            p = 55 * f
        elif kind is not None:  # a relaxed foot, as the shank points
            p = np.degrees(np.arctan2(sd @ -fwd, -sd[2])) + 15 * f
        if r is not None and kind != "tree":
            hi = np.degrees(np.arcsin(min(dz / ch.lev_toe, 0.99)))
            lo = -np.degrees(np.arcsin(min(dz / ch.lev_heel, 0.99)))
            p = np.clip(p, lo, 90 if hi > 80 else hi)
        if r is None:
            p = pitch
            toes = yaw @ rot(X, 14 * step)
        else:
            hb = dz - ch.lev_toe * np.sin(np.radians(max(p, 0)))  # ball height
            tipdrop = np.degrees(np.arcsin(np.clip(hb / ch.len_toe, 0, 1)))
            toes = yaw @ rot([1, 0, 0], min(p, max(tipdrop, 0)) if p > 0 else p)
        return {
            "thigh": kd,
            "shank": sd,
            "hinge": hinge,
            "knee": hip + Lt * kd,
            "ankle": ankle,
            "foot": yaw @ rot([1, 0, 0], p),
            "ball": toes,
        }

    def arm(self, s, t, st, R, P, legs):
        """Directions of upper arm and forearm, and the elbow's hinge."""
        m, sg, q = self.m, (1 if s == "L" else -1), s.lower()
        own, other = st[s][2], st["L" if s == "R" else "R"][2]
        trunk, k = R["spine_03"], self.ch.height / 1.75
        shoulder = P["upperarm_" + q]
        # hang, slight counter swing
        swing = m["arm_swing_deg"] * (other - 0.3 * own) + 2 * self.wob(t + 3 * sg, 3)
        up = self.raised(s, t)
        away, fore = np.radians(11 + self.wob(t, 1) + 152 * up), np.radians(swing * (1 - up))
        ud = trunk @ unit(np.array([sg * np.sin(away), -np.sin(fore), -np.cos(away) * np.cos(fore)]))
        h = unit(np.cross(ud, -Y))
        fd = rot(h, (16 + 0.6 * max(swing, 0)) * (1 - up)) @ ud
        for entry in m["arms"]:
            mode = entry["mode"]
            w = self.arm_weight(entry, t, own if mode == "knee" else max(own, other))
            if mode in ("overhead", "swing", "bent", "forward") and w > 0:
                side_path = mode == "overhead" and entry.get("path") == "side"
                flexion = {
                    "overhead": 168 * w,
                    "swing": entry.get("size_deg", 85) * other - 22 * own,
                    "bent": 45 * other - 40 * own,
                    "forward": 85 * w,
                }[mode]
                elbow = {"overhead": 14 - 6 * w, "swing": 20, "bent": 90 * w, "forward": 8}[mode]
                if side_path:
                    raised = np.radians(11 + 158 * w)
                    to_ud = trunk @ np.array([sg * np.sin(raised), -0.02, -np.cos(raised)])
                    to_h = unit(np.cross(to_ud, -Y))
                else:
                    flexed, out = np.radians(flexion), np.radians(11 - 3 * w)
                    to_ud = np.array([sg * np.sin(out), -np.cos(out) * np.sin(flexed), -np.cos(out) * np.cos(flexed)])
                    to_ud, to_h = trunk @ to_ud, trunk @ -X
                to_fd = rot(to_h, elbow) @ to_ud
                on = smooth(w / 0.15)  # from hanging into the movement without a jump
                ud, fd, h = (unit((1 - on) * a + on * b) for a, b in ((ud, to_ud), (fd, to_fd), (h, to_h)))
            elif w > 0:
                if mode == "hips":
                    aim = P["pelvis"] + R["pelvis"] @ np.array([sg * 0.20, -0.03, 0.11]) * k
                    pole = np.array([sg, 0.45, 0.0])
                elif mode == "knee":
                    aim = legs[s]["knee"] + np.array([sg * 0.01, 0.06, 0.09]) * k
                    pole = np.array([sg * 0.8, 0.5, -0.3])
                else:
                    aim = P["spine_03"] + trunk @ np.array([sg * 0.035, -0.36, 0.12]) * k
                    pole = np.array([sg * 0.9, 0.1, -0.5])
                to_ud, to_fd = two_bones(shoulder, aim, self.bones["arm"][s], self.bones["fore"][s], pole)
                ud, fd = unit((1 - w) * ud + w * to_ud), unit((1 - w) * fd + w * to_fd)
                h = unit(np.cross(ud, fd) + 0.02 * h)
        return ud, fd, h
