"""What an assessment tells for the summary of many videos."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marchcam.analysis.results import Assessment


def facts_of(assessment: Assessment) -> dict[str, Any]:
    """The part of a row that an assessment tells, and its row in the figure: plain values for JSON."""
    from marchcam.analysis.sessions import read_session
    from marchcam.history.export import measure_cells
    from marchcam.report.cohort_rows import cohort_row
    from marchcam.report.tables import assessment_to_dict

    found = assessment_to_dict(assessment)
    session = read_session(found, id=0, alias="", recorded_at="", folder="")
    return {
        "reason": assessment.quality.reason,
        "headline": session.headline,
        "trust": session.trust,
        "verdict": session.verdict,
        "view": session.conditions.view,
        "model": session.conditions.model,
        "duration_s": found["source"]["duration_s"],
        "frame_count": found["source"]["frame_count"],
        "left_lifts": session.lift_counts[0],
        "right_lifts": session.lift_counts[1],
        **measure_cells(session),
        "elevation_error_deg": found["uncertainty"]["elevation_deg"],
        "difference_error_deg": found["uncertainty"]["difference_deg"],
        "marchcam_version": assessment.marchcam_version,
        "cohort": dataclasses.asdict(cohort_row(assessment)),
    }
