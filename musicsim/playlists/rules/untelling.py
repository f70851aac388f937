"""Titles that many pieces have: "Intro", "Track 3", "I. Allegro"."""

from __future__ import annotations

import re

from musicsim.playlists.rules.key_words import name_set, word_set

_PLACES = word_set(
    # Places on an album and in a show
    "hidden blank thema tema vinheta dialog applaus applausi gespräch заставка coro intro introduction "
    "introductions intros outro outros interlude interludes skit skits prelude preludes prologue prolog epilogue "
    "epilog overture ouverture untitled unknown intermission coda segue postlude finale encore encores soundcheck "
    "applause medley jam improvisation impro improv solo credits opening ending instrumental dialogue "
    "announcement announcements speech conversation tuning pause break entracte invocation",
    "einleitung zwischenspiel vorspiel nachspiel ouvertüre präludium prolog epilog unbekannt ansage zugabe",
    "prélude interlude épilogue générique inconnu introducción interludio preludio prólogo epílogo obertura "
    "introdução interlúdio prelúdio introduzione interludio preludio epilogo finale abertura encerramento "
    "apertura intermezzo",
    "wstęp przerywnik předehra úvod dohra mezihra johdanto välisoitto forspill mellomspill förspel mellanspel",
    "интро аутро интерлюдия прелюдия увертюра вступление пролог эпилог скит финал интермедия εισαγωγή",
    "イントロ アウトロ インタールード スキット プレリュード プロローグ エピローグ オープニング エンディング 前奏 "
    "間奏 間奏曲 前奏曲 後奏 序曲 終曲 序 序章 终章 引子 尾声 尾聲 间奏 间奏曲 序幕 인트로 아웃트로 아우트로 간주 "
    "스킷 프롤로그 에필로그 서곡 간주곡",
    # Tempo and forms of movements
    "allegro allegretto andante andantino adagio adagietto largo larghetto lento grave presto prestissimo vivace "
    "vivo moderato maestoso scherzo scherzando menuet menuetto minuet minuetto menuett trio rondo rondeau "
    "allemande courante corrente sarabande sarabanda gigue giga gavotte bourrée bourree siciliano siciliana "
    "recitative recitativo fuga fugue aria arioso toccata passepied loure polonaise badinerie kyrie sanctus "
    "benedictus",
    "langsam lebhaft schnell mäßig bewegt ruhig feierlich rasch gemächlich lent vif modéré animé",
)
"""Words that are titles of their own."""
_NUMBERED = word_set(
    "cue variations track tracks titel title piste pista traccia faixa spur spor spår raita ścieżka stopa трек "
    "дорожка トラック 曲目 音轨 音軌 트랙 no nr num number movement mvt satz mouvement movimento movimiento scene "
    "szene scène escena act akt acte acto chapter kapitel chapitre capítulo capitolo глава variation variazione "
    "var audiotrack",
)
"""Words that are titles with a number."""
_BESIDE = word_set(
    "the a of part pt pts and to by theme main end title titles audio hidden bonus ghost secret drum guitar bass "
    "piano band new con brio fuoco spirito moto espressione grazia ma non troppo molto assai poco più meno tanto "
    "quasi un alla all al e ed et cantabile sostenuto mosso espressivo tempo di marcia turca attacca sempre "
    "giusto dolce affettuoso animato appassionato agitato tranquillo semplice ritenuto mesto serioso comodo "
    "commodo",
    "sehr nicht zu und mit etwas noch im erster zweiter dritter vierter très assez ohne titel sans titre "
    "modérément",
)
"""Words that may stand beside them."""
_NUMBERS = word_set("one two three four five six seven eight nine ten")
_TITLES = _PLACES | _NUMBERED
_WORDS = _TITLES | _BESIDE
_WHOLE = name_set(
    "main title, main titles, main theme, end title, end titles, end credits, closing credits, opening credits, "
    "no title, untitled track, hidden track, bonus track, ghost track, secret track, ohne titel, sans titre, sin "
    "título, senza titolo, sem título, bez tytułu, bez názvu, без названия, без назви, uten tittel, utan titel, "
    "nimetön, cím nélkül, isimsiz, adsız, ללא שם, بدون عنوان, 無題, 无题, 無標題, 무제, 名称未設定, không tên, "
    "tanpa judul, id, générique de fin, titoli di testa, titoli di coda, entr acte",
)
_FIRST = frozenset(name.split()[0] for name in _WHOLE)
_BEFORE_NUMBER = re.compile(r"(?<=[^\W\d])(?=\d)")
_ROMAN = re.compile(r"(?=[ivxl])l?x{0,3}(?:ix|iv|v?i{0,3})")


def says_nothing(words: str, track_number: int | None) -> bool:
    """Return whether a title is such that two pieces of this title need not be the same.

    Parameters
    ----------
    words
        The title as from `song_title`.
    track_number
        The track's number; a number alone is a title only if it is another.
    """
    parts = _BEFORE_NUMBER.sub(" ", words).split()
    plain = []
    for part in parts:
        if not _is_number(part):
            if part not in _WORDS and parts[0] not in _FIRST:
                return False
            plain.append(part)
    if not plain:
        return words.startswith("0") or (words.isdecimal() and int(words) == track_number)
    if " ".join(plain) in _WHOLE:
        return True
    titles = _TITLES if len(plain) < len(parts) else _PLACES
    return not titles.isdisjoint(plain) and (titles | _BESIDE).issuperset(plain)


def _is_number(part: str) -> bool:
    return part.isdecimal() or part in _NUMBERS or _ROMAN.fullmatch(part) is not None
