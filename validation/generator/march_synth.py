#!/usr/bin/env python3
"""Render a synthetic person slow-marching in place, or moving otherwise, with exactly known joint angles.

usage: march_synth.py SCENARIO.json [-o OUT_DIR] [--still T[,T...]] [--truth-only]

Writes OUT_DIR/NAME.mp4, NAME.truth.csv (per frame) and NAME.reps.json (per repetition).
Needs numpy, scipy, opencv-python-headless, moderngl, ffmpeg and (headless) Mesa EGL.
What the person can do is written in movement.py.
Characters: characters/*.npz, baked from the CC0 MakeHuman/MPFB2 data by bake_character.py.

World frame: metres, Z up, floor z=0, person faces -Y, person's left is +X.
Thigh elevation = asin(dz/|thigh|) of hip centre -> knee centre: -90 hanging, 0 horizontal, + above.
Camera azimuth 0 = in front, +90 = at the person's LEFT side, -90 = at the right side.
"""

import argparse
import csv
import json
import os
import subprocess
from pathlib import Path

import numpy as np
from movement import SIDES, STAND, Motion, frame, merge, rot, unit

HERE = os.path.dirname(os.path.abspath(__file__))
DEFAULT = {
    "seed": 0,
    "fps": 30,
    "size": [1280, 720],
    "body": {
        "character": "male_avg",
        "height_m": 1.75,
        "outfit": "shorts",
        "sleeve": 0.5,
        "skin": [0.78, 0.57, 0.45],
        "shirt": [0.16, 0.30, 0.55],
        "pants": [0.10, 0.10, 0.12],
        "shoes": [0.85, 0.85, 0.87],
        "hair": [0.10, 0.07, 0.05],
        "hair_style": "short",
    },
    "camera": {
        "azimuth": 0,
        "pitch": 0,
        "roll": 0,
        "yaw": 0,
        "height": 0.95,
        "distance": 3.3,
        "hfov": 62,
        "mirror": False,
    },
    "light": {"key": 1.0, "ambient": 1.0, "exposure": 1.0, "warmth": 0.0},
    "box": None,
    "room": {"wall": [0.72, 0.71, 0.67], "floor": [0.50, 0.36, 0.24], "wall_distance": 1.6},
    "post": {"noise": 2.0, "jpeg_quality": 0, "motion_blur": 1, "shutter": 0.5, "crf": 20, "discs": []},
    "march": {
        "start_s": 3.0,
        "end_s": 2.0,
        "first": "R",
        "reps_per_side": 4,
        "reps": None,
        "raise_hand": None,
        "arms": [],
        "body_path": [],
        "foot_path": [],
        "settle": 0,
        "stance_width": 0.95,
        "toe_out_deg": 6,
        "sway_cm": 1.0,
        "arm_swing_deg": 6,
        "weight_shift_cm": 4.0,
        "default": {
            "peak_deg": 0,
            "peak_decrement_deg": 0,
            "lift_s": 1.2,
            "hold_s": 1.0,
            "lower_s": 1.3,
            "rest_s": 0.7,
            "hold_sag_deg": 0,
            "tremor_deg": 0.3,
            "abduction_deg": 3,
            "shank_tilt_deg": 4,
            "landing": "toe",
            "foot_air_deg": 14,
            "trunk_back_deg": 1.5,
            "trunk_lateral_deg": 1,
            "pelvis_hike_deg": 1,
            "pelvis_tilt_deg": 4,
            "kind": "lift",
            "curl_deg": 90,
        },
        "left": {},
        "right": {},
    },
}


# ------------------------------------------------------------------ character
def subdivide(v, attrs, f):
    """One midpoint subdivision; attrs: list of per-vertex arrays."""
    e = np.sort(np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]]), 1)
    u, inv = np.unique(e, axis=0, return_inverse=True)
    inv = inv.ravel()
    n, m = len(v), len(f)
    a, b, c = inv[:m] + n, inv[m : 2 * m] + n, inv[2 * m :] + n
    nf = np.concatenate([np.stack(x, 1) for x in ((f[:, 0], a, c), (f[:, 1], b, a), (f[:, 2], c, b), (a, b, c))])

    def mid(x):
        return np.concatenate([x, (x[u[:, 0]] + x[u[:, 1]]) / 2])

    return mid(v), [mid(x) for x in attrs], nf


def adjacency(n, f):
    import scipy.sparse as sp

    i = np.concatenate([f[:, 0], f[:, 1], f[:, 2]])
    j = np.concatenate([f[:, 1], f[:, 2], f[:, 0]])
    A = sp.coo_matrix((np.ones(len(i) * 2), (np.r_[i, j], np.r_[j, i])), (n, n)).tocsr()
    A.data[:] = 1
    return sp.diags(1 / np.maximum(np.asarray(A.sum(1)).ravel(), 1)) @ A


def vnormals(v, f, S):
    fn = np.cross(v[f[:, 1]] - v[f[:, 0]], v[f[:, 2]] - v[f[:, 0]])
    n = S @ fn
    return n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-9)


def face_to_vert(n, f):
    import scipy.sparse as sp

    k = len(f)
    return sp.csr_matrix((np.ones(3 * k), (f.T.ravel(), np.tile(np.arange(k), 3))), (n, k))


def box_mesh(box):
    """A box on the floor: {"x", "y" of its middle, "width", "depth", "height"}; its corners not shared by its sides."""
    corner = np.array([[i, j, k] for i in (-0.5, 0.5) for j in (-0.5, 0.5) for k in (0, 1)])
    v = corner * [box["width"], box["depth"], box["height"]] + [box["x"], box["y"], 0]
    sides = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [1, 5, 7, 3], [0, 2, 6, 4]])
    f = np.arange(24).reshape(6, 4)
    return v[sides.ravel()], np.concatenate([f[:, [0, 1, 2]], f[:, [0, 2, 3]]])


HAND = ("hand", "inde", "midd", "ring", "pink", "thum")


class Character:
    """A clothed person: mesh, weights and bones; with a box in front of the feet where the scenario has one."""

    def __init__(self, b, box=None):
        z = np.load(os.path.join(HERE, "characters", b["character"] + ".npz"))
        self.bones = [str(x) for x in z["bones"]]
        self.idx = {n: i for i, n in enumerate([*self.bones, "prop"])}
        self.parent = z["parent"]
        V = z["v"].astype(float)
        k = b["height_m"] / V[:13380, 2].max()
        V *= k
        self.head = z["head"].astype(float) * k
        self.tail = z["tail"].astype(float) * k
        self.bones.append("prop")  # what stands still in the room: the box
        self.parent = np.append(self.parent, -1)
        self.head, self.tail = (np.vstack([x, np.zeros(3)]) for x in (self.head, self.tail))
        self.W = np.zeros((len(V), len(self.bones)))
        np.put_along_axis(self.W, z["wi"].astype(int), z["ww"].astype(float), 1)
        self.height = b["height_m"]
        idx, H = self.idx, self.head
        self.thigh = np.linalg.norm(H[idx["calf_l"]] - H[idx["thigh_l"]])
        self.shank = np.linalg.norm(H[idx["foot_l"]] - H[idx["calf_l"]])
        self.rest = {}
        for q in "lr":
            t, c, f = H[idx["thigh_" + q]], H[idx["calf_" + q]], H[idx["foot_" + q]]
            X = np.array([1.0, 0, 0])
            self.rest["thigh_" + q] = frame(c - t, X)
            self.rest["calf_" + q] = frame(f - c, X)
            u, e, w = H[idx["upperarm_" + q]], H[idx["lowerarm_" + q]], H[idx["hand_" + q]]
            h = unit(np.cross(e - u, w - e))
            self.rest["upperarm_" + q] = frame(e - u, h)
            self.rest["lowerarm_" + q] = frame(w - e, h)
        sole = 0.012  # shoe sole thickness
        hipw = abs(H[idx["thigh_l"]][0])
        self.lev_toe = H[idx["foot_l"]][1] - H[idx["ball_l"]][1]
        self.len_toe = np.linalg.norm((self.tail - H)[idx["ball_l"]]) * 1.15
        self.pelvis_y = 0.0
        self.plant = {}
        for s, sg in (("L", 1), ("R", -1)):
            a = H[idx["foot_" + s.lower()]]
            self.plant[s] = np.array(
                [sg * hipw * b.get("_stance", 0.95), (H[idx["thigh_l"]][1] - H[idx["pelvis"]][1]) + 0.02, a[2] + sole]
            )
        self.lev_heel = 0.07
        self.build(V, z, b, sole, box)

    def field(self, V, bone, q):
        i = self.idx[f"{bone}_{q}"]
        d = {"thigh": "calf", "calf": "foot", "upperarm": "lowerarm", "lowerarm": "hand"}[bone]
        a, c = self.head[i], self.head[self.idx[f"{d}_{q}"]]
        return ((V - a) @ (c - a)) / ((c - a) @ (c - a))

    def build(self, V, z, b, sole, box):
        """Parts: dicts with v, f, W, col(n,3), spec(n), clip(n), rest."""
        idx, H, W = self.idx, self.head, self.W

        def col(c, n):
            return np.tile(np.asarray(c, float), (n, 1))

        self.parts = []

        def take(f):
            u, inv = np.unique(f, return_inverse=True)
            return u, inv.reshape(f.shape)

        def add(v, f, w, c, spec, clip=None, mat=0):
            self.parts.append(
                {
                    "v": v,
                    "f": f.astype(np.int32),
                    "W": w,
                    "col": c,
                    "spec": np.full(len(v), spec) if np.isscalar(spec) else spec,
                    "clip": np.ones(len(v)) if clip is None else clip,
                    "mat": np.full(len(v), float(mat)),
                }
            )

        def grp(w, *names):
            return sum(w[:, idx[n]] for n in names)

        def legs(v):
            return [self.field(v, "thigh", q) for q in "lr"]

        # ---- garments from the "tights" helper mesh
        u, f = take(z["f_helper_tights"].astype(int))
        v, w = V[u], W[u]
        A = adjacency(len(v), f)
        face_to_vert(len(v), f)
        for _ in range(1):
            v = 0.5 * v + 0.5 * (A @ v)
        L = v[:, 0] > 0

        def pick(bone):
            return np.where(L, self.field(v, bone, "l"), self.field(v, bone, "r"))

        arm = grp(w, *[f"{x}_{q}" for x in ("upperarm", "lowerarm", "hand") for q in "lr"])
        zp = H[idx["pelvis"]][2]
        zn = H[idx["neck_01"]][2]
        k = self.height / 1.75
        tu = pick("upperarm")
        tt = pick("thigh")
        tc = pick("calf")
        shirt = np.minimum((v[:, 2] - (zp - 0.03 * k)) / 0.1, 1.0)  # hem
        shirt = np.minimum(shirt, np.where(arm > 0.5, (b["sleeve"] - tu) * 3, 1.0))
        shirt = np.where((arm > 0.4) & (v[:, 2] < zp + 0.1 * k) & (np.abs(v[:, 0]) > 0.25 * k), -1, shirt)
        neck = (
            (zn - 0.005 * k - v[:, 2])
            + 0.35 * np.abs(v[:, 0])
            - 0.25 * np.maximum(-(v[:, 1] - H[idx["neck_01"]][1]), 0)
        ) * 12
        shirt = np.minimum(shirt, neck)
        cut = {"shorts": 0.62, "leggings": 9, "trousers": 9}[b["outfit"]]
        pants = np.minimum(((zp + 0.10 * k) - v[:, 2]) / 0.1, 1.0)
        pants = np.where(arm > 0.4, -1, pants)
        pants = np.minimum(pants, (cut - tt) * 3) if cut < 1 else np.minimum(pants, (0.97 - tc) * 5)
        shoe = np.minimum((tc - 0.95) * 10, 1.0)
        shoe = np.where(arm > 0.4, -1, shoe)
        sock = np.minimum((tc - 0.86) * 10, 1.0)
        sock = np.where(arm > 0.4, -1, sock)

        def garment(clip, off, c, spec, iters, mat, flat=False):
            m = (clip[f] > -0.6).any(1)
            uu, ff = take(f[m])
            vv = v[uu].copy()
            AA = adjacency(len(uu), ff)
            for _ in range(iters):
                vv = 0.5 * vv + 0.5 * (AA @ vv)
            nn = vnormals(vv, ff, face_to_vert(len(uu), ff))
            vv = vv + nn * (off if np.isscalar(off) else off[uu])[..., None] if not np.isscalar(off) else vv + nn * off
            add(vv, ff, w[uu], col(c, len(uu)) if np.ndim(c) == 1 else c[uu], spec, clip[uu], mat)

        loose = {"shorts": 0.016, "leggings": 0.005, "trousers": 0.014}[b["outfit"]]
        flare = np.where(tt > 0, np.clip(tt, 0, 1) * (0.012 if b["outfit"] == "shorts" else 0), 0)
        garment(pants, (loose + flare) * k, b["pants"], 0.08, 1, 1)
        garment(shirt, (0.020 + 0.006 * np.clip((zp + 0.15 * k - v[:, 2]) / 0.15, 0, 1)) * k, b["shirt"], 0.05, 2, 1)
        garment(sock, 0.006 * k, [0.9, 0.9, 0.9], 0.03, 1, 1)
        sc = np.where((v[:, 2] < 0.03 * k)[:, None], np.array([0.93, 0.93, 0.93]), np.asarray(b["shoes"], float))
        garment(shoe, 0.011 * k, sc, 0.25, 1, 2)
        # ---- skin
        u, f = take(z["f_body"].astype(int))
        v2 = V[u].copy()
        w2 = W[u]
        n2 = vnormals(v2, f, face_to_vert(len(u), f))
        from scipy.spatial import cKDTree

        _, near = cKDTree(v).query(v2)
        cov = np.maximum.reduce([np.clip(x[near] * 2, 0, 1) for x in (shirt, pants, sock, shoe)])
        hand2 = grp(w2, *[n for n in self.bones if n[:4] in HAND])
        headw = w2[:, idx["head"]] + w2[:, idx["neck_01"]]
        cov = cov * (1 - np.clip(hand2 * 3, 0, 1)) * (1 - np.clip(headw * 2, 0, 1))
        v2 -= n2 * (cov * 0.014 * k)[:, None]
        skin = np.asarray(b["skin"], float)
        c = col(skin, len(u))
        if "m_lips" in z:
            lm = z["m_lips"].astype(float)[u] * (headw > 0.5)
            c = c * (1 - 0.55 * lm[:, None]) + np.array([0.62, 0.25, 0.24]) * 0.55 * lm[:, None]
        hp = v2 - H[idx["head"]]
        hs = V[:13380, 2].max() - H[idx["head"]][2]  # head-relative, hs ~ head size
        X, Y, Z = hp[:, 0] / hs, hp[:, 1] / hs, hp[:, 2] / hs
        hm = headw > 0.6
        cheek = np.exp(-((np.abs(X) - 0.22) ** 2 + (Z - 0.33) ** 2) / 0.02) * (Y < -0.2) * hm
        c = c * (1 - 0.12 * cheek[:, None] * np.array([0, 1, 1]))
        # eyebrows: above the eye joint
        eye = V[14598:14670].mean(0)
        ex, ez = abs(eye[0]), eye[2]
        br = (
            hm
            & (v2[:, 1] < eye[1] + 0.01)
            & (np.abs(np.abs(v2[:, 0]) - ex) < 0.017 * k)
            & (np.abs(v2[:, 2] - ez - (0.021 - 6 * (np.abs(v2[:, 0]) - ex) ** 2) * k) < 0.0035 * k)
        )
        c[br] = c[br] * 0.25 + np.asarray(b["hair"], float) * 0.75
        sockt = hm & (np.linalg.norm(v2 - np.where(v2[:, :1] > 0, eye, eye * [-1, 1, 1]), axis=1) < 0.022 * k)
        c[sockt] *= 0.82
        c *= 1 - 0.10 * np.exp(-((Z[:, None] - 0.02) ** 2) / 0.01) * hm[:, None]  # under chin
        add(v2, f[(cov[f] < 0.99).any(1)], w2, c, 0.18, None, 0)  # skin hidden by clothes is left out
        # ---- scalp hair: shell over the head above a hairline
        line = np.interp(Y, [-0.75, -0.5, -0.32, -0.1, 0.1, 0.5], [0.82, 0.77, 0.56, 0.36, 0.2, 0.0]) - 0.10 * np.clip(
            np.abs(X) - 0.25, 0, 0.2
        ) * (Y < -0.2)
        hair = np.where(hm, np.minimum((Z - line) * 6, 1), -1.0)
        ears = (np.abs(X) > 0.42) & (Z < 0.50) & (Y > -0.3) & (Y < 0.15)
        hair = np.where(ears, -1, hair)
        if b["hair_style"] != "bald":
            m = (hair[f] > -0.6).any(1) & hm[f].all(1)
            uu, ff = take(f[m])
            A3 = adjacency(len(uu), ff)
            vv = V[u][uu].copy()
            for _ in range(4):
                vv = 0.4 * vv + 0.6 * (A3 @ vv)
            nn = vnormals(vv, ff, face_to_vert(len(uu), ff))
            vv = vv + nn * ((0.012 + 0.012 * np.clip((vv[:, 2] - H[idx["head"]][2]) / hs - 0.5, 0, 1)) * k)[:, None]
            add(vv, ff, w2[uu], col(b["hair"], len(uu)), 0.22, hair[uu], 3)
        if b["hair_style"] == "long":
            u, f = take(z["f_helper_hair"].astype(int))
            v3, (w3,), f = subdivide(V[u], [W[u]], f)
            v3, (w3,), f = subdivide(v3, [w3], f)
            A = adjacency(len(v3), f)
            for _ in range(3):
                v3 = 0.5 * v3 + 0.5 * (A @ v3)
            add(
                v3,
                f,
                w3,
                col(b["hair"], len(v3)),
                0.22,
                np.minimum.reduce(
                    [
                        (v3[:, 2] - (H[idx["neck_01"]][2] - 0.02)) * 10,
                        np.where(v3[:, 2] < eye[2] + 0.055 * k, (v3[:, 1] - H[idx["head"]][1] + 0.03 * k) * 20, 1.0),
                        np.ones(len(v3)),
                    ]
                ),
                3,
            )
        # ---- eyes
        for nm in ("f_helper_l_eye", "f_helper_r_eye"):
            u, f = take(z[nm].astype(int))
            ve = V[u]
            ce = ve.mean(0)
            rr = np.linalg.norm((ve - ce)[:, [0, 2]], axis=1) / np.ptp(ve[:, 2]) * 2
            c = np.where(
                ((rr < 0.62) & (ve[:, 1] < ce[1]))[:, None], np.array([0.10, 0.07, 0.05]), np.array([0.85, 0.83, 0.80])
            )
            add(ve, f, W[u], c, 0.6, None, 4)
        if box:
            v, f = box_mesh(box)
            w = np.zeros((len(v), len(self.bones)))
            w[:, idx["prop"]] = 1
            add(v, f, w, col(box["colour"], len(v)), 0.1, None, 2)
        # ---- concatenate
        base, n0 = {}, 0
        for kx in ("v", "col", "spec", "clip", "W", "mat"):
            base[kx] = np.concatenate([p[kx] for p in self.parts])
        F = []
        for p in self.parts:
            F.append(p["f"] + n0)
            n0 += len(p["v"])
        self.v, self.f = base["v"], np.concatenate(F)
        self.n_garment = sum(len(x) for x in F[:4])  # pants, shirt, socks, shoes: drawn two-sided
        self.attr = base
        import scipy.sparse as sp

        Wf = base["W"]
        Wf[Wf < 0.004] = 0
        Wf /= Wf.sum(1, keepdims=True)
        self.Wn = Wf
        self.S = face_to_vert(len(self.v), self.f)
        self.Ws = sp.csr_matrix(Wf)
        shoe_part = np.concatenate([np.full(len(p["v"]), i) for i, p in enumerate(self.parts)]) == 3
        self.sole = {}
        for s, q in (("L", "l"), ("R", "r")):
            sel = shoe_part & (base["clip"] > 0) & ((self.v[:, 0] > 0) == (s == "L"))
            toe = sel & (self.v[:, 1] < H[idx["ball_" + q]][1] + 0.02)
            heel = sel & (self.v[:, 1] > H[idx["foot_" + q]][1] + 0.005)
            self.sole[s] = {"toe": np.where(toe)[0], "heel": np.where(heel)[0], "all": np.where(sel)[0]}
        dz = self.v[self.sole["L"]["all"], 2].min()
        for s in SIDES:
            self.plant[s][2] = H[idx["foot_" + s.lower()]][2] - dz  # sole exactly on the floor
        hl = self.sole["L"]["heel"]
        self.lev_heel = self.v[hl, 1].max() - H[idx["foot_l"]][1] - 0.02
        self.lev_toe = H[idx["foot_l"]][1] - H[idx["ball_l"]][1]

    def skin(self, R, P, sel=slice(None)):
        """Linear blend skinning of all (or the selected) vertices."""
        M = np.concatenate([R, (P - np.einsum("bij,bj->bi", R, self.head))[:, :, None]], 2).reshape(len(R), 12)
        T = (self.Ws[sel] @ M).reshape(-1, 3, 4)
        return np.einsum("nij,nj->ni", T[:, :, :3], self.v[sel]) + T[:, :, 3]


# ------------------------------------------------------------------ camera
class Camera:
    def __init__(self, c, size):
        self.w, self.h = size
        self.f = (max(size) if c.get("fov_on_long_side") else size[0]) / 2 / np.tan(np.radians(c["hfov"]) / 2)
        az = np.radians(c["azimuth"])
        self.pos = np.array([np.sin(az) * c["distance"], -np.cos(az) * c["distance"], c["height"]])
        yaw = np.radians(c["yaw"])
        p = np.radians(c["pitch"])
        h = np.array([-np.sin(az - yaw), np.cos(az - yaw), 0])
        fwd = h * np.cos(p) + np.array([0, 0, -np.sin(p)])  # pitch + = looking down
        right = unit(np.cross(fwd, [0, 0, 1.0]))
        up = np.cross(right, fwd)
        r = np.radians(c["roll"])  # roll + = camera turned clockwise
        right, up = np.cos(r) * right - np.sin(r) * up, np.sin(r) * right + np.cos(r) * up
        self.R = np.stack([right, -up, fwd])
        self.mirror = c["mirror"]

    def project(self, X):
        c = (np.asarray(X) - self.pos) @ self.R.T
        u, v = self.f * c[..., 0] / c[..., 2] + self.w / 2, self.f * c[..., 1] / c[..., 2] + self.h / 2
        return np.stack([self.w - u if self.mirror else u, v, c[..., 2]], -1)

    def gl(self, n=0.1, fz=30.0):
        V = np.eye(4)
        Rg = self.R * np.array([1, -1, -1])[:, None]
        V[:3, :3] = Rg
        V[:3, 3] = -Rg @ self.pos
        Pm = np.zeros((4, 4))
        Pm[0, 0] = 2 * self.f / self.w
        Pm[1, 1] = 2 * self.f / self.h
        Pm[2, 2] = -(fz + n) / (fz - n)
        Pm[2, 3] = -2 * fz * n / (fz - n)
        Pm[3, 2] = -1
        return Pm @ V


# ------------------------------------------------------------------ renderer (OpenGL 3.3 via EGL, llvmpipe is enough)
VS = """#version 330
in vec3 pos; in vec3 nrm; in vec3 rest; in vec4 col; in vec3 aux;
uniform mat4 vp; uniform mat4 lvp;
out vec3 wp, n, rp, ax; out vec4 c; out vec3 lp;
void main(){ wp=pos; n=nrm; rp=rest; c=col; ax=aux;
 vec4 l=lvp*vec4(pos,1); lp=l.xyz*.5+.5; gl_Position=vp*vec4(pos,1); }"""
FS_HEAD = """#version 330
in vec3 wp, n, rp, ax; in vec4 c; in vec3 lp; out vec4 o;
uniform sampler2D sm, room; uniform vec3 eye, ldir, lcol, amb; uniform float expo; uniform vec4 feet[2];
uniform vec3 wallc, floorc; uniform vec3 wn;
float h1(vec3 p){ p=fract(p*vec3(.1031,.1030,.0973)); p+=dot(p,p.yxz+33.33); return fract((p.x+p.y)*p.z); }
float vn(vec3 p){ vec3 i=floor(p), f=fract(p); f=f*f*(3.-2.*f);
 return mix(mix(mix(h1(i),h1(i+vec3(1,0,0)),f.x),mix(h1(i+vec3(0,1,0)),h1(i+vec3(1,1,0)),f.x),f.y),
            mix(mix(h1(i+vec3(0,0,1)),h1(i+vec3(1,0,1)),f.x),mix(h1(i+vec3(0,1,1)),h1(i+vec3(1,1,1)),f.x),f.y),f.z); }
float shadow(float bias, int k){ float s=0.;
 for(int i=-k;i<=k;i++)for(int j=-k;j<=k;j++) s+= texture(sm,lp.xy+vec2(i,j)*.0018).r < lp.z-bias ? 0.:1.;
 return lp.x<0.||lp.x>1.||lp.y<0.||lp.y>1. ? 1. : s/float((2*k+1)*(2*k+1)); }
vec4 tone(vec3 x){ x*=expo;
 x=x*(2.51*x*.9+.03)/(x*.9*(2.43*x*.9+.59)+.14); return vec4(pow(clamp(x,0.,1.),vec3(1./2.2)),1); }
"""
# room surface colours, drawn once into a texture (aux.y: 10 floor, 11 wall)
FS_BAKE = (
    FS_HEAD
    + """void main(){ vec3 base; float u=dot(wp.xy,vec2(wn.y,-wn.x));
 if(ax.y<10.5){ float v=dot(wp.xy,wn.xy), pl=floor(v/.14), off=h1(vec3(pl,3,7))*1.3;   // planks
   float bd=floor((u+off)/1.3);
   float tn=.85+.3*h1(vec3(pl,bd,1)), gr=vn(vec3((u+off)*2.,v*60.,pl))*.18+vn(vec3(u*9.,v*200.,pl))*.08;
   float gap=smoothstep(0.,.004,fract(v/.14)*.14)*smoothstep(0.,.004,fract((u+off)/1.3)*1.3);
   base=floorc*tn*(1.-gr)*(.55+.45*gap);
 } else {                                                     // wall, skirting board, picture, door
   base=wallc*(.97+.05*vn(vec3(u*1.3,wp.z*1.3,0))+.02*vn(vec3(u,wp.z,3)*90.));
   if(wp.z<.09) base=vec3(.86)*(wp.z>.082?.6:1.);
   vec2 q=abs(vec2(u+1.45,wp.z-1.65)); if(q.x<.32&&q.y<.24){ base=vec3(.13,.10,.08);
    if(q.x<.29&&q.y<.21) base=mix(vec3(.35,.5,.6),vec3(.75,.7,.5),
     smoothstep(-.2,.2,wp.z-1.65+.1*vn(vec3(u*9.,wp.z*5.,2))));}
   q=abs(vec2(u-1.75,wp.z-1.0)); if(q.x<.45&&q.y<1.03){ base=vec3(.80,.78,.74);
    if(q.x<.40&&q.y<1.0) base=vec3(.66,.60,.52)*(.97+.05*vn(vec3(u*30.,wp.z*3.,1))); }
 }
 o=vec4(base,1); }"""
)
FS_FLOOR = (
    FS_HEAD
    + """void main(){ vec3 base=texelFetch(room,ivec2(gl_FragCoord.xy),0).rgb; float ao=1.;
 for(int i=0;i<2;i++){ float d=length(wp.xy-feet[i].xy); ao*=1.-.55*exp(-d*d/.012)*exp(-feet[i].z*9.); }
 o=tone(base*(amb*ao+lcol*max(dot(normalize(n),ldir),0.)*shadow(.002,2))); }"""
)
FS_WALL = (
    FS_HEAD
    + """void main(){ vec3 base=texelFetch(room,ivec2(gl_FragCoord.xy),0).rgb;
 o=tone(base*(amb*.85*mix(.75,1.,smoothstep(0.,.35,wp.z))+lcol*max(dot(normalize(n),ldir),0.))); }"""
)
# person (aux.y: 0 skin, 1 fabric, 2 shoe, 3 hair, 4 eye)
FS = (
    FS_HEAD
    + """void main(){ if(c.a<0.) discard;
 vec3 N=normalize(n), V=normalize(eye-wp); float m=ax.y, spec=ax.x; vec3 base=c.rgb;
 if(dot(N,V)<0.) N=-N;
 bool skin=m<.5, fab=m>.5&&m<1.5, hair=m>2.5&&m<3.5;
 float w=vn(rp*(skin?vec3(40.):hair?vec3(200.,200.,30.):vec3(17.,17.,9.)))-.5, g=h1(floor(rp*500.))-.5;
 base*=1.+(skin?.08:hair?.8:fab?.14:.05)*w+(fab?.07:.02)*g;
 N=normalize(N+(fab?.4:hair?.5:0.)*w*vec3(1.,.4,-.6));
 float nl=dot(N,ldir), sh=shadow(.004,1), dif=skin?max(0.,(nl+.25)/1.25):max(nl,0.);
 vec3 A=amb*mix(vec3(.62,.56,.50),vec3(1.,1.,1.02),.5+.5*N.z);
 float ao=(1.-.25*clamp(-N.z,0.,1.))*mix(.72,1.,smoothstep(0.,.25,wp.z));
 float sp=spec*pow(max(dot(N,normalize(ldir+V)),0.),m>3.5?90.:28.), fr=skin?.10*pow(1.-max(dot(N,V),0.),3.):0.;
 o=tone(base*(A*ao+lcol*dif*sh+fr*amb)+lcol*sp*sh*.6); }"""
)
FS_D = "#version 330\nin vec4 c; void main(){ if(c.a<0.) discard; }"


CULL = 4  # moderngl.CULL_FACE


class Renderer:
    def __init__(self, sc, ch, cam):
        import moderngl

        self.ctx = ctx = moderngl.create_standalone_context(backend="egl")
        self.name = ctx.info["GL_RENDERER"]
        ctx.enable(moderngl.DEPTH_TEST)
        self.prog = ctx.program(VS, FS)
        self.dprog = ctx.program(VS, FS_D)
        bake, fprog, wprog = (ctx.program(VS, x) for x in (FS_BAKE, FS_FLOOR, FS_WALL))
        self.fprog = fprog
        self.cam, self.ch, self.size = cam, ch, (cam.w, cam.h)
        a = ch.attr

        def lin(c):
            return np.asarray(c, float) ** 2.2

        col = np.concatenate([lin(a["col"]), a["clip"][:, None]], 1)
        aux = np.stack([a["spec"], a["mat"], 0 * a["spec"]], 1)
        n = len(ch.v)
        self.dyn = ctx.buffer(reserve=n * 24, dynamic=True)
        ibo = ctx.buffer(ch.f.astype("i4").tobytes())
        ib2 = [ctx.buffer(x.astype("i4").tobytes()) for x in (ch.f[: ch.n_garment], ch.f[ch.n_garment :])]
        stat = ctx.buffer(np.concatenate([ch.v, col, aux], 1).astype("f4").tobytes())
        self.vao = [
            ctx.vertex_array(
                self.prog, [(self.dyn, "3f 3f", "pos", "nrm"), (stat, "3f 4f 3f", "rest", "col", "aux")], x
            )
            for x in ib2
        ]
        self.dvao = ctx.vertex_array(self.dprog, [(self.dyn, "3f 12x", "pos"), (stat, "12x 4f 12x", "col")], ibo)
        az = np.radians(sc["camera"]["azimuth"])
        wn = np.array([np.sin(az), -np.cos(az), 0])
        side = np.array([np.cos(az), np.sin(az), 0])
        d = sc["room"]["wall_distance"]
        B = 8.0

        def quad(p, nn, mat):
            p = np.array(p)[[0, 1, 2, 0, 2, 3]]
            return np.concatenate(
                [p, np.tile(nn, (6, 1)), p, np.tile([1, 1, 1, 1], (6, 1)), np.tile([0, mat, 0], (6, 1))], 1
            )

        Z = np.array([0, 0, 1.0])
        fl = quad([-wn * d - side * B, -wn * d + side * B, wn * B + side * B, wn * B - side * B], Z, 10)
        wl = quad(
            [-wn * d - side * B, -wn * d + side * B, -wn * d + side * B + 5 * Z, -wn * d - side * B + 5 * Z], wn, 11
        )

        def room(pr, q):
            names = ["pos", "nrm", "rest", "col", "aux"]
            fmt = " ".join(f"{k}f" if x in pr else f"{4 * k}x" for k, x in zip((3, 3, 3, 4, 3), names, strict=False))
            return ctx.vertex_array(pr, [(ctx.buffer(q.astype("f4").tobytes()), fmt, *[x for x in names if x in pr])])

        self.room = [room(fprog, fl), room(wprog, wl)]
        self.ms = ctx.framebuffer(
            [ctx.renderbuffer(self.size, 4, samples=4)], ctx.depth_renderbuffer(self.size, samples=4)
        )
        self.out = ctx.framebuffer([ctx.renderbuffer(self.size, 4)])
        self.smt = ctx.depth_texture((1024, 1024))
        self.smt.compare_func = ""
        self.smf = ctx.framebuffer(depth_attachment=self.smt)
        self.smt.repeat_x = self.smt.repeat_y = False
        self.roomtex = ctx.texture(self.size, 4, dtype="f2")
        self.roomtex.filter = (moderngl.NEAREST, moderngl.NEAREST)
        # key light: above, in front-left of the camera
        light = unit(wn * 0.75 - side * 0.55 + Z * 1.5)
        self.l, self.bg = light, None
        x = unit(np.cross([0, 1.0, 0.1], light))
        y = np.cross(light, x)
        c0 = np.array([0, 0, 0.85])
        Lv = np.eye(4)
        Lv[:3, :3] = np.stack([x, y, light])
        Lv[:3, 3] = -Lv[:3, :3] @ c0
        self.lvp = np.diag([1 / 1.6, 1 / 1.6, -1 / 3.0, 1.0]) @ Lv
        li = sc["light"]
        tint = np.array([1 + 0.1 * li["warmth"], 1, 1 - 0.15 * li["warmth"]])
        uni = {
            "eye": cam.pos,
            "ldir": light,
            "wn": wn,
            "lcol": li["key"] * 1.5 * tint,
            "amb": li["ambient"] * 0.62 * tint,
            "expo": li["exposure"] * 0.9,
            "wallc": lin(sc["room"]["wall"]),
            "floorc": lin(sc["room"]["floor"]),
            "sm": 0,
            "room": 1,
        }
        for pr in (self.prog, bake, fprog, wprog, self.dprog):
            for k, x in uni.items():
                if k in pr:
                    pr[k].value = tuple(x) if np.ndim(x) else x
            for k, M in (("vp", self.lvp if pr is self.dprog else cam.gl()), ("lvp", self.lvp)):
                if k in pr:
                    pr[k].write(np.ascontiguousarray(M.T.astype("f4")).tobytes())
        bf = ctx.framebuffer([self.roomtex], ctx.depth_renderbuffer(self.size))
        bf.use()
        ctx.clear()  # room colours, once
        room(bake, np.concatenate([fl, wl])).render()

    def frame(self, v, feet):
        nr = vnormals(v, self.ch.f, self.ch.S)
        self.dyn.write(np.concatenate([v, nr], 1).astype("f4").tobytes())
        self.smf.use()
        self.smf.scissor = None
        self.ctx.clear(depth=1.0)
        if self.bg is None:  # empty room, once
            self.draw_room()
            self.bg = self.read(0, 0, *self.size)
            self.smf.use()
        self.dvao.render()
        x0, y0, x1, y1 = self.box(v)  # only the part of the picture that changes
        self.ms.use()
        self.ms.scissor = (x0, self.size[1] - y1, x1 - x0, y1 - y0)
        self.ctx.clear(0.5, 0.5, 0.5)
        self.vao[0].render()
        self.ctx.enable(CULL)
        self.vao[1].render()
        self.ctx.disable(CULL)
        self.draw_room(feet)
        im = self.bg.copy()
        im[y0:y1, x0:x1] = self.read(x0, y0, x1, y1)
        return im[:, ::-1] if self.cam.mirror else im

    def draw_room(self, feet=((0, 0, 9, 0), (0, 0, 9, 0))):
        self.ms.use()
        if self.bg is None:
            self.ms.scissor = None
            self.ctx.clear(0.5, 0.5, 0.5)
        self.smt.use(0)
        self.roomtex.use(1)
        self.fprog["feet"].write(np.array(feet, "f4").tobytes())
        for x in self.room:
            x.render()

    def read(self, x0, y0, x1, y1):
        self.ctx.copy_framebuffer(self.out, self.ms)
        h = y1 - y0
        return np.frombuffer(
            self.out.read(viewport=(x0, self.size[1] - y1, x1 - x0, h), components=3, alignment=1), np.uint8
        ).reshape(h, x1 - x0, 3)[::-1]

    def box(self, v):
        """Pixel box around the person and the floor shadow."""
        sh = v - self.l * (v[:, 2:3] / self.l[2])
        sh[:, 2] = 0
        u = self.cam.project(np.concatenate([v, sh]))
        w, h = self.size
        if self.cam.mirror:
            u[:, 0] = w - u[:, 0]
        u = u[u[:, 2] > 0.2]
        m = 30

        def c(x, hi):
            return int(np.clip(x, 0, hi))

        return (
            c(u[:, 0].min() - m, w - 2),
            c(u[:, 1].min() - m, h - 2),
            c(u[:, 0].max() + m, w),
            c(u[:, 1].max() + m, h),
        )


# ------------------------------------------------------------------ truth
JOINT_OF = {
    "hip": "thigh",
    "knee": "calf",
    "ankle": "foot",
    "shoulder": "upperarm",
    "elbow": "lowerarm",
    "wrist": "hand",
}


def truth_row(ch, R, P, v, info, cam, floor):
    """Everything true of one frame."""
    idx = ch.idx
    J = {}
    for s in SIDES:
        q = s.lower()

        for joint, bone in JOINT_OF.items():
            J[f"{s}_{joint}"] = P[idx[f"{bone}_{q}"]]
        i = idx["ball_" + q]
        J[s + "_toe"] = P[i] + R[i] @ (ch.tail[i] - ch.head[i])
        i = idx["foot_" + q]
        hl = ch.head[i] + np.array([0, ch.lev_heel + 0.01, -0.6 * ch.head[i][2]])
        J[s + "_heel"] = P[i] + R[i] @ (hl - ch.head[i])
    row = {}
    deg = np.degrees
    to_body = rot([0, 0, 1], -info["yaw_deg"])
    for s in SIDES:
        th = J[s + "_knee"] - J[s + "_hip"]
        sh = to_body @ (J[s + "_ankle"] - J[s + "_knee"])
        row[s + "_thigh_elev"] = deg(np.arcsin(unit(th)[2]))
        row[s + "_knee_flex"] = deg(np.arccos(np.clip(unit(to_body @ th) @ unit(sh), -1, 1)))
        row[s + "_shank_tilt"] = deg(np.arctan2(sh[1], -sh[2]))
        row[s + "_toe_clear"] = v[ch.sole[s]["toe"], 2].min() - floor
        row[s + "_heel_clear"] = v[ch.sole[s]["heel"], 2].min() - floor
        row[s + "_phase"] = info[s]["phase"]
        row[s + "_rep"] = "" if info[s]["rep"] is None else info[s]["rep"]
    hp = J["L_hip"] - J["R_hip"]
    row["yaw_deg"] = info["yaw_deg"]
    row["pelvis_obliquity"] = deg(np.arcsin(unit(hp)[2]))  # + = left hip higher
    tr = to_body @ (J["L_shoulder"] + J["R_shoulder"] - J["L_hip"] - J["R_hip"]) / 2
    row["trunk_lean_sagittal"] = deg(np.arctan2(-tr[1], tr[2]))  # + = forward
    row["trunk_lean_lateral"] = deg(np.arctan2(tr[0], tr[2]))  # + = to the person's left
    for k, X in J.items():
        u = cam.project(X)
        for a, x in zip(("X", "Y", "Z"), X, strict=True):
            row[f"{k}_{a}"] = x
        row[k + "_u"], row[k + "_v"] = u[0], u[1]
    return row


def contact(time, height):
    """When a part of the shoe is on the floor for good."""
    up = np.where(height > 0.008)[0]
    return float(time[min(up[-1] + 1, len(time) - 1)]) if len(up) else None


def rep_truth(mo, rows, t):
    """What is true of every lift of a slow march; movements of another kind are none."""
    out = []
    for k, r in enumerate(mo.reps):
        if r["kind"] != "lift":
            continue
        s = r["side"]
        e = np.array([x[s + "_thigh_elev"] for x in rows])
        m = (t >= r["t_start"] - 0.05) & (t <= r["t_end"] + 0.3)
        i = np.where(m)[0]
        if len(i) < 3:
            continue
        base = np.median(e[(t > r["t_start"] - 0.3) & (t < r["t_start"])]) if r["t_start"] > 0.3 else STAND
        pk = e[i].max()
        near = i[e[i] >= pk - 5]
        hold = i[(t[i] >= r["t_peak"] - 1e-6) & (t[i] <= r["t_hold_end"] + 1e-6)]
        act = i[e[i] > base + 5]
        tf = np.arange(r["t_hold_end"], r["t_end"] + 0.1, 1 / 240.0)  # foot contact, independent of the frame rate
        clear = np.array([mo.clearance(s, x) for x in tf])
        tt, th = (contact(tf, c) for c in clear.T)
        first = None if tt is None or th is None else "toe" if tt < th - 0.02 else "heel" if th < tt - 0.02 else "flat"
        out.append(
            {
                "rep": k,
                "side": s,
                "index_on_side": r["index_on_side"],
                "commanded": {
                    x: r[x]
                    for x in (
                        "peak_deg",
                        "lift_s",
                        "hold_s",
                        "lower_s",
                        "rest_s",
                        "landing",
                        "trunk_back_deg",
                        "trunk_lateral_deg",
                        "pelvis_hike_deg",
                        "shank_tilt_deg",
                    )
                },
                "yaw_deg": float(mo.yaw_deg(0.5 * (r["t_peak"] + r["t_hold_end"]))),
                "t_start": r["t_start"],
                "t_peak": r["t_peak"],
                "t_hold_end": r["t_hold_end"],
                "t_end": r["t_end"],
                "peak_elev_deg": float(pk),
                "hold_mean_elev_deg": float(e[hold].mean()) if len(hold) else None,
                "stand_elev_deg": float(base),
                "t_onset_5deg": float(t[act[0]]) if len(act) else None,
                "t_offset_5deg": float(t[act[-1]]) if len(act) else None,
                "hold_within_5deg_s": float(t[near[-1]] - t[near[0]]),
                "time_above_minus10_s": float((e[i] >= -10).sum() / (1 / np.median(np.diff(t))) if len(t) > 1 else 0),
                "toe_contact_s": tt,
                "heel_contact_s": th,
                "landing_first": first,
            }
        )
    return out


# ------------------------------------------------------------------ post processing
NOISE = []


def post(im, p, g):
    import cv2

    if p["noise"]:
        h, w = im.shape[:2]
        if not NOISE:  # a few tiles, shifted at random per frame
            for _ in range(4):
                c = cv2.resize(g.standard_normal((h // 2 + 32, w // 2 + 32, 3), np.float32), (w + 64, h + 64))
                NOISE.append(
                    (p["noise"] * (g.standard_normal((h + 64, w + 64, 1), np.float32) + 0.8 * c))
                    .round()
                    .astype(np.int16)
                )
        y, x, k = g.integers(0, 64), g.integers(0, 64), g.integers(0, 4)
        im = np.clip(im.astype(np.int16) + NOISE[k][y : y + h, x : x + w], 0, 255).astype(np.uint8)
    if p["jpeg_quality"]:
        im = cv2.imdecode(cv2.imencode(".jpg", im, [1, p["jpeg_quality"]])[1], 1)
    return im


def encoder(path, size, fps, crf):
    """ffmpeg, to be fed with BGR frames."""
    source = f"-f rawvideo -pix_fmt bgr24 -s {size[0]}x{size[1]} -r {fps} -i -"
    codec = f"-c:v libx264 -threads 1 -preset veryfast -pix_fmt yuv420p -crf {crf}"
    command = ["ffmpeg", *f"-y -loglevel error {source} {codec}".split(), path]
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def load(path):
    """A scenario, what it does not name as in DEFAULT."""
    sc = merge(DEFAULT, json.loads(Path(path).read_text()))
    sc.setdefault("name", os.path.splitext(os.path.basename(path))[0])
    return sc


def main():
    import time

    import cv2

    ap = argparse.ArgumentParser()
    ap.add_argument("scenario")
    ap.add_argument("-o", "--out", default=".")
    ap.add_argument("--still", default="")
    ap.add_argument("--truth-only", action="store_true")
    a = ap.parse_args()
    cv2.setNumThreads(1)
    sc = load(a.scenario)
    size = tuple(sc["size"])
    sc["body"]["_stance"] = sc["march"]["stance_width"]
    ch = Character(sc["body"], sc["box"])
    mo = Motion(sc, ch)
    cam = Camera(sc["camera"], size)
    os.makedirs(a.out, exist_ok=True)
    base = os.path.join(a.out, sc["name"])
    rn = None if a.truth_only else Renderer(sc, ch, cam)
    g = np.random.default_rng(sc["seed"] + 1)

    def feet(v):
        return [[*v[ch.sole[s]["all"]].mean(0)[:2], max(v[ch.sole[s]["all"], 2].min(), 0), 0] for s in SIDES]

    def render(t, v=None):
        """One finished BGR frame; motion blur averages sub-frames within the shutter time."""
        k = sc["post"]["motion_blur"]
        acc = 0.0
        for j in range(k):
            if v is None or k > 1:
                R, P, _ = mo.pose(t + j / k * sc["post"]["shutter"] / sc["fps"])
                v = ch.skin(R, P)
            acc = acc + rn.frame(v, feet(v))[..., ::-1].astype(np.float32)
        return post(with_discs((acc / k).astype(np.uint8), t), sc["post"], g)

    def with_discs(im, t):
        """Discs drawn over a knee: post.discs = [{"side", "start", "end", "radius_m", "offset_m", "colour"}]."""
        for d in sc["post"]["discs"]:
            if d["start"] <= t < d["end"]:
                knee = ch.idx["calf_" + d["side"].lower()]
                u, v, depth = cam.project(mo.pose(t if d.get("follows", True) else d["start"])[1][knee])
                per_m = cam.f / depth
                at = np.array([u, v]) + np.array(d.get("offset_m", [0, 0])) * per_m
                colour = [round(255 * c) for c in d["colour"][::-1]]
                im = np.ascontiguousarray(im)
                cv2.circle(im, tuple(np.round(at).astype(int).tolist()), round(d["radius_m"] * per_m), colour, -1, 16)
        return im

    if a.still:
        for x in a.still.split(","):
            cv2.imwrite(f"{base}_{float(x):05.2f}.png", render(float(x)))
        return
    n = int(round(mo.duration * sc["fps"]))
    t = np.arange(n) / sc["fps"]
    floor = 0.0
    rows = []
    ff = None if a.truth_only else encoder(base + ".mp4", size, sc["fps"], sc["post"]["crf"])
    t0 = time.time()
    for i in range(n):
        R, P, info = mo.pose(t[i])
        v = ch.skin(R, P)
        rows.append(dict(frame=i, time=t[i], **truth_row(ch, R, P, v, info, cam, floor)))
        if ff:
            ff.stdin.write(render(t[i], v).tobytes())
    if ff:
        ff.stdin.close()
        ff.wait()
        print(f"{sc['name']}: {n} frames, {(time.time() - t0) / n:.3f} s/frame, {rn.name}")
    with open(base + ".truth.csv", "w", newline="") as fh:
        w = csv.DictWriter(fh, rows[0].keys())
        w.writeheader()
        for r in rows:
            w.writerow({k: (f"{x:.5f}" if isinstance(x, (float, np.floating)) else x) for k, x in r.items()})
    known = {
        "scenario": sc,
        "fps": sc["fps"],
        "frames": n,
        "camera": {"focal_px": cam.f, "position": cam.pos.tolist(), "R_world_to_cam": cam.R.tolist()},
        "thigh_m": ch.thigh,
        "shank_m": ch.shank,
        "reps": rep_truth(mo, rows, t),
    }
    Path(base + ".reps.json").write_text(json.dumps(known, indent=1))


if __name__ == "__main__":
    main()
