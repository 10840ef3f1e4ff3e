"""What leaves as insights is said in words and figures that stand by themselves."""

import json

from marketing.campaigns import insights


def test_a_typical_person_leaves_in_words(insightful):
    segments = insightful.workspace.read("segments")
    profile = json.dumps({"columns": ["device"], "values": ["console"], "text": "Somebody typical, invented."})
    insightful.write(segments=segments.assign(profile=profile))
    sheet = next(one for one in insights.gather(insightful.workspace) if one.name == "Segments")
    assert sheet.rows["profile"].tolist() == ["Somebody typical, invented."]
