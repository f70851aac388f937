"""Converting the English reasons stored by catalogue versions before 10 into causes with values."""

from __future__ import annotations

# The texts of those versions. A migration never changes, even if the displayed texts do.
_WHOLE = {
    "it is not there, or the disk that holds it is not connected": "not-there",
    "the file is not there (any more)": "not-there",
    "no permission to read it": "no-permission",
    "it is not a folder": "not-a-folder",
    "no file can have this name": "impossible-name",
    "this is a folder, not a file": "is-a-folder",
    "this is not a regular file": "not-regular",
    "this is a pipe or a device, not a file": "not-regular",
    "the file is empty": "empty",
    "the file is empty (0 bytes)": "empty",
    "the file holds nothing but zeros: perhaps a download that was never finished": "zeros",
    "this is a text file, not an audio file": "text",
    "this is not an audio file, or it is damaged beyond recognition": "not-audio",
    "protected by DRM, so it can't be decoded": "protected",
    "its sound is coded in a way that can't be decoded": "unknown-codec",
    "there is no sound in it": "no-sound",
    "no sound: the whole track is silent": "silent",
    "the file is damaged: its sound can't be decoded": "damaged",
    "the file is damaged: much of it can't be decoded": "mostly-damaged",
    "parts of the file are damaged": "partly-damaged",
    "the file is damaged: its samples are no numbers": "not-numbers",
    "the file is damaged: its index can't be read": "index-damaged",
    "the file is cut short: its index, which comes last, is missing": "index-missing",
    "the file ends early: the end of its last stream is missing": "end-missing",
    "the decoder crashed on this file: it is damaged, or of an unusual kind": "crashed",
    "the decoder did not come to an end on this file: it is damaged, or of an unusual kind": "hung",
    "the model made no usable embedding of it": "no-embedding",
}
_ENDS_EARLY = "the file ends early: only "
_CLAIMS = "the file is damaged: its header claims a sample rate of "
_PATTERN = "a pattern in it can't be understood, so it is not followed ("
_UNREADABLE = "it can't be read"  # and ": why" or " (why)"


def prose_to_reasons(table: str, column: str) -> str:
    """Return the SQL that turns a column's texts into the format of `base.reasons.Reason.to_stored`.

    A text that no version is known to have written is kept unchanged, with the cause "other".
    """
    text = column
    whole = "\n".join(
        f"WHEN {text} = {_quoted(old)} THEN json_array({_quoted(new)})"
        for old, new in _WHOLE.items()
    )
    early = f"substr({text}, {len(_ENDS_EARLY) + 1})"
    rate = f"substr({text}, {len(_CLAIMS) + 1})"
    return f"""
    UPDATE {table} SET {column} = CASE
    {whole}
    WHEN {text} LIKE {_quoted(_ENDS_EARLY + "% of % s can be decoded")} THEN
        json_array('ends-early', {_number(early, "0", f"instr({early}, ' of ')")},
            {_number(early, f"instr({early}, ' of ') + 3", f"instr({early}, ' s can')")})
    WHEN {text} LIKE {_quoted(_CLAIMS + "% Hz")} THEN
        json_array('sample-rate', {_number(rate, "0", f"instr({rate}, ' ')")})
    WHEN {text} LIKE '% of its % files are not there: %' THEN
        json_array('files-gone', {_number(text, "0", f"instr({text}, ' of ')")},
            {_number(text, f"instr({text}, ' of its ') + 7", f"instr({text}, ' files ')")})
    WHEN {text} LIKE {_quoted(_PATTERN + "%")} THEN
        json_array('pattern', substr({text}, {len(_PATTERN) + 1}, length({text}) - {len(_PATTERN) + 1}))
    WHEN {text} LIKE {_quoted(_UNREADABLE + ": %")} THEN
        json_array('unreadable', substr({text}, {len(_UNREADABLE) + 3}))
    WHEN {text} LIKE {_quoted(_UNREADABLE + " (%)")} THEN
        json_array('unreadable', substr({text}, {len(_UNREADABLE) + 3}, length({text}) - {len(_UNREADABLE) + 3}))
    ELSE json_array('other', {text}) END
    WHERE {text} IS NOT NULL;
    """


def _number(text: str, after: str, before: str) -> str:
    """Return the SQL for a number between two places in a text; an integer if it is one."""
    digits = f"replace(trim(substr({text}, ({after}) + 1, ({before}) - ({after}) - 1)), ',', '')"
    return f"iif(json_valid({digits}), json({digits}), {digits})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
