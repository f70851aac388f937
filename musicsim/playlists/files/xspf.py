"""Playlists in XML: XSPF, and to read only those of Windows Media Player (WPL, ASX), Zune (ZPL) and Winamp (B4S)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, TreeBuilder, indent, tostring
from xml.parsers import expat

from musicsim.base.addresses import is_address
from musicsim.base.encodings import decode
from musicsim.base.errors import display_path
from musicsim.playlists.files.entries import (
    MOST_ENTRIES,
    Listed,
    ListError,
    Listing,
    TooManyEntriesError,
    WrittenEntry,
    listed_title,
    names_of_addresses,
)

XML_SUFFIXES = frozenset({".xspf", ".wpl", ".zpl", ".asx", ".b4s"})
"""Lower-case suffixes with their dot."""

_LIBRARIES = {
    "plist": ("it is a library or list of iTunes or Music", "Export the playlist there as M3U."),
    "rhythmdb-playlists": (
        "it holds all playlists of Rhythmbox",
        "Save each of them there as M3U or XSPF.",
    ),
}
"""What programs keep in XML that is no playlist, and what can be done."""
_DECLARATION = re.compile(rb"\s*<\?xml[^>]*?(?:encoding\s*=\s*[\"']([\w.:-]+)[\"'][^>]*)?\?>")
_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)(\w{1,32};)?")
_PLAIN = "<![CDATA["
_DEEPEST = 100
"""Elements inside each other."""
_MARKS_AN_ENTRY = 10
"""Beginnings and ends of elements, and references: ten megabytes hold fewer entries if they have more of these."""


def parse_xml(data: bytes) -> Listing:
    """Read the content of a playlist in XML.

    Raises
    ------
    ListError
        If it is not well-formed, defines entities, or has far more than `MOST_ENTRIES`.
    """
    root = _root_of(data)
    lists = {"playlist": _xspf, "smil": _wpl, "asx": _asx, "winampxml": _b4s}
    if root.tag in _LIBRARIES:
        raise ListError(*_LIBRARIES[root.tag])
    if root.tag not in lists:
        raise ListError(f"<{root.tag}> is no playlist")
    return lists[root.tag](root)


def xspf_bytes(name: str, entries: Sequence[WrittenEntry]) -> bytes:
    """Return the content of a playlist in XSPF, version 1."""
    root = Element("playlist", version="1", xmlns="http://xspf.org/ns/0/")
    _add(root, "title", name)
    tracks = SubElement(root, "trackList")
    for entry in entries:
        track = SubElement(tracks, "track")
        _add(track, "location", entry.address)
        _add(track, "creator", entry.artist)
        _add(track, "title", entry.title)
        _add(track, "album", entry.album)
        if entry.seconds is not None:
            _add(track, "duration", str(round(1000 * entry.seconds)))
    indent(root, " ")
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _add(parent: Element, tag: str, text: str) -> None:
    # XML has no control characters, not even escaped ones.
    if text := display_path(text).strip():
        SubElement(parent, tag).text = text


def _xspf(root: Element) -> Listing:
    entries = []
    start = root.get("base", "")
    for track in root.iter("track"):
        locations = [_own_text(location) for location in track.findall("location")]
        # The address from which relative ones start. Some programs write it, and mean the playlist's folder.
        based = [start + each for each in locations if is_address(start) and not is_address(each)]
        title, artist = listed_title(_text(track, "creator"), _text(track, "title"))
        try:
            seconds = float(_text(track, "duration")) / 1000
        except ValueError:
            seconds = 0.0
        entries.append(
            Listed(
                names_of_addresses((*based, *locations)),
                title,
                seconds if 0 < seconds < float("inf") else None,
                artist=artist,
            )
        )
    return Listing(tuple(entries), _text(root, "title"))


def _wpl(root: Element) -> Listing:
    title = next(root.iter("title"), None)
    names = _attributes(root, "media", "src")
    return Listing(
        tuple(Listed((name,)) for name in names), "" if title is None else _own_text(title)
    )


def _asx(root: Element) -> Listing:
    entries = []
    for entry in root.iter("entry"):
        # Further references are other places of the same file.
        names = tuple(_attributes(entry, "ref", "href"))
        entries.append(Listed(names, _text(entry, "title")))
    return Listing(tuple(entries), _text(root, "title"))


def _b4s(root: Element) -> Listing:
    entries = [
        Listed((entry.get("playstring", ""),), _text(entry, "name")) for entry in root.iter("entry")
    ]
    return Listing(tuple(entries), next(_attributes(root, "playlist", "label"), ""))


def _attributes(root: Element, tag: str, name: str) -> Iterator[str]:
    return (value for element in root.iter(tag) if (value := element.get(name)))


def _text(parent: Element, tag: str) -> str:
    child = parent.find(tag)
    return "" if child is None else _own_text(child)


def _own_text(element: Element) -> str:
    return (element.text or "").strip()


def _root_of(data: bytes) -> Element:
    """Return the root of an XML file, with names in lower case and without their namespaces.

    Entities are never defined, so that a small file can't become a large one, or read other files.
    """
    if data.count(b"<") + data.count(b"&") > _MARKS_AN_ENTRY * MOST_ENTRIES:
        raise TooManyEntriesError
    declaration = _DECLARATION.match(data)
    declared = declaration[1] if declaration else None
    text = decode(
        data[declaration.end() :] if declaration else data,
        None if declared is None else declared.decode("ascii", "ignore"),
    )
    text = _with_references(_CONTROLS.sub("", text))
    builder = TreeBuilder()
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise ListError("its elements are too deep in each other")
        builder.start(_local(tag), {_local(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(tag))

    def refuse(*_args: object) -> None:
        raise ListError("it defines entities")

    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text.encode(), True)
        return builder.close()
    except (expat.ExpatError, AssertionError) as error:
        raise ListError(str(error)) from error


def _local(name: str) -> str:
    return name.rpartition(" ")[2].casefold()


def _with_references(text: str) -> str:
    """Return XML whose references are those of XML: programs that don't know it write "&" as it is, and HTML's.

    Sections of plain text have no references.
    """
    first, *others = text.split(_PLAIN)
    apart = [section.partition("]]>") for section in others]
    return _PLAIN.join(
        (
            _REFERENCE.sub(_written_out, first),
            *(plain + end + _REFERENCE.sub(_written_out, rest) for plain, end, rest in apart),
        )
    )


def _written_out(reference: re.Match[str]) -> str:
    """Return a reference of HTML as its character, and an "&" that begins no reference in its escaped form."""
    named = html.unescape(reference[0])
    return "&amp;" + (reference[1] or "") if named == reference[0] else html.escape(named)
