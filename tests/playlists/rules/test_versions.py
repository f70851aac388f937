"""Versions of a song are found in the spellings of shops, rippers and languages, and no real title is cut."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from musicsim.library.query.folding import fold
from musicsim.library.types import Tags, Track
from musicsim.playlists.rules.same_song import song_key


def key(title: str, artist: str = "Ana", **tags):
    return song_key(Track(1, "/m/1.mp3", Tags(title=title, artist=artist, **tags), 1, 1, 0.0))


SAME = [
    # English
    "halo", " Halo ", "HALO", "Halo (Live)", "Halo - 2011 Remaster", "Halo – Remastered 2009", "Halo (ft. Bob)",
    "Halo feat. Bob", "Halo [Explicit]", "Halo (Extended)", "Halo (Take 2)", "Halo (1st Take)", "Halo (Take One)",
    "Halo (Special Edition)", "Halo (No Vocals)", "Halo【Live】", "Halo: Live", "Halo (Live",
    "Halo (Live at Wembley, 1999)", "Halo - Live at Wembley / 1999", "Halo (Wembley 1999 Live)", "Halo (Live 1999)",
    "Halo (Live) [2011 Remaster]", "Halo (Live (2011))", "[Live] Halo", "Halo -Live-", "Halo ~Live Version~",
    "Halo (David Guetta Remix)", "Halo (Radio Edit)", "Halo (Original Mix)", "Halo - Single Version",
    "Halo (7\" Version)", "Halo (12'' Mix)", "Halo (Album Version)", "Halo (Mono)", "Halo - Stereo Mix",
    "Halo (Acoustic)", "Halo - Acoustic", "Halo (Demo)", "Halo (1999 Demo)", "Halo (Rough Mix)",
    "Halo (Alternate Take)", "Halo (Outtake)", "Halo (Bonus Track)", "Halo (BBC Session)", "Halo (Peel Session)",
    "Halo (MTV Unplugged)", "Halo (Instrumental)", "Halo (Karaoke Version)", "Halo (A Cappella)", "Halo (Sped Up)",
    "Halo (Slowed + Reverb)", "Halo (Nightcore)", "Halo (Taylor's Version)", "Halo (Official Video)",
    "Halo [Official Music Video]", "Halo (Official Audio)", "Halo (Lyric Video)", "Halo (Lyrics)", "Halo (HD)",
    "Ana - Halo (Official Video)", "Halo (Remastered by Bob)", "Halo - 2011 - Remaster", "Halo (Clean)",
    "Halo (with Bob)", "Halo (w/ Bob)", "Halo [feat. Bob & Eve]", "Halo ft. Bob (Remix)",
    "Halo featuring Bob - Live", "Halo (prod. by Bob)", "Halo (Remix feat. Bob)", "Halo (From the Vault)",
    "Halo (Re-Recorded)", "Halo (Deluxe)", "Halo (Full Length Version)", "Halo (45 RPM Version)",
    "Halo (Live From Paris)", "Halo (BBC Radio 1 Live Lounge)", "Halo (Tiny Desk Concert)", "Halo (Live in Concert)",
    "Halo (Dolby Atmos)", "Halo (Rehearsal)", "Halo | Live", "Halo- Live", "Halo (Extended Remix featuring Bob)",
    "Halo (feat. Bob) - Live", "Halo (Short Radio Edit)",
    # German, French, Spanish, Portuguese, Italian
    "Halo (Liveaufnahme)", "Halo (Live-Version)", "Halo (Akustikversion)", "Halo (Neue Fassung)",
    "Halo (im Konzert)", "Halo (en direct)", "Halo (en concert à Paris)", "Halo (version acoustique)",
    "Halo (remasterisé en 2009)", "Halo (avec Bob)", "Halo (Version longue)", "Halo (en directo)", "Halo (En Vivo)",
    "Halo - En Vivo Desde Lima", "Halo (acústico)", "Halo (Remasterizado 2009)", "Halo (versión extendida)",
    "Halo (con Bob)", "Halo (Ao Vivo)", "Halo - Ao Vivo em Lisboa", "Halo (versão acústica)", "Halo (part. Bob)",
    "Halo (dal vivo)", "Halo (Versione Acustica)", "Halo (Rimasterizzato 2009)",
    # Northern and eastern Europe
    "Halo (akoestische versie)", "Halo (akustisk version)", "Halo (na żywo)", "Halo (wersja radiowa)",
    "Halo (živě z Prahy)", "Halo (wersja akustyczna)", "Halo (živě)", "Halo (koncertfelvétel)", "Halo (canlı)",
    "Halo (akustik)", "Halo (Концерт в Москве)", "Halo (живой концерт)", "Halo (акустическая версия)",
    "Halo (ремикс)", "Halo (Ремастер 2009)", "Halo (вживую)", "Halo (Radio Version)", "Halo (наживо)",
    "Halo (ζωντανή ηχογράφηση)",
    # Asia
    "Halo (ライブ)", "Halo〜ライブ〜", "Halo (TVサイズ)", "Halo (オフボーカル)", "Halo (ライブ・バージョン)",
    "Halo (アコースティックver.)", "Halo（Live Ver.）", "Halo [インストゥルメンタル]", "Halo (リマスター)",
    "Halo -instrumental-", "Halo (弾き語り)", "Halo (カラオケ)", "Halo (现场版)", "Halo（現場）", "Halo (钢琴版)",
    "Halo (Live版)", "Halo (伴奏)", "Halo (电影主题曲)", "Halo (라이브)", "Halo (어쿠스틱 버전)",
    "Halo (Acoustic Ver.)", "Halo (Inst.)", "Halo (แสดงสด)", "Halo (הופעה חיה)", "Halo (ريمكس)", "Halo (लाइव)",
]  # fmt: skip


@pytest.mark.parametrize("title", SAME)
def test_a_version_is_the_song(title):
    assert key(title) == key("Halo")
    assert key(title.upper()) == key("Halo")


# Each is a song of its own, although the title up to a bracket, a dash or a colon may be another's.
OTHERS = [
    "Halo", "Hello", "Haloes", "Halo II", "Halo 2", "Halo of Flies", "Halo (Part 2)", "Halo (Pt. 1)", "Halo, Pt. 2",
    "Halo / Goodbye", "Halo - Hello", "Halo: Reach", "Halo (Reprise)", "Halo (Interlude)", "Halo (The Long Goodbye)",
    "Halo (Forever)", "Halo (With Me)", "Halo (Long Live the Queen)", "Halo (Live and Learn)", "Halo (Credit)",
    "Halo (River)", "Halo (Obsession)", "Halo - Live Wire", "Halo (In the Mix)", "Halo (How We Live)",
    "Live and Let Die", "Live Forever", "Live", "Long Live", "Live Like You Were Dying", "Live Your Life",
    "Live Wire", "We Live", "I Lived", "Born to Live", "Alive", "Lives", "Remix to Ignition", "Ignition",
    "Demon Days", "Demons", "Acoustic Kitty", "Sessions", "Session", "Song 2", "Song",
    "(I Can't Get No) Satisfaction", "Satisfaction", "21 Guns", "Guns", "99 Problems", "7 Rings", "1979",
    "Symphony No. 5: I. Allegro", "Symphony No. 5: II. Andante", "Symphony No. 3: I. Allegro", "Rock & Roll, Pt. 2",
    "Rock & Roll, Pt. 1", "Rock & Roll", "Take Five", "Take On Me", "Take Me Home", "The Remix", "Version of Me",
    "Original Sin", "Mono No Aware", "Stereo Hearts", "Radio", "Radio Ga Ga", "Radio/Video",
    "Video Killed the Radio Star", "Single Ladies (Put a Ring on It)", "Dub Be Good to Me", "Clean",
    "Explicit Content", "Extended Play", "Dirty Diana", "Bonus", "Instrumental Illness", "Karaoke Queen", "Edit",
    "Mix It Up", "Cover Me", "Escape (The Piña Colada Song)", "Escape", "Don't You (Forget About Me)",
    "(Don't Fear) The Reaper", "Suite: Judy Blue Eyes", "Suite Madame Blue", "Paranoid Android",
    "Everything in Its Right Place", "Feat of Strength", "6 Ft. 7 Ft.", "Six Feet Under", "5 ft Tall",
    "Six ft. Deep and Dark", "River", "Silver", "Version", "Part 1", "Part 2", "Concerto in D: Largo",
    "Concerto: Vivo", "L'estro armonico: Concerto", "Концерт", "Живой", "Версия", "ミックスナッツ", "ライブラ",
    "デモクラシー", "Halo (デモクラシー)", "出版社", "Vivo per lei", "En vivo", "Directo al corazón", "Aufnahme",
    "En concert", "X", "Y", "+", "÷", "×", "=", "( )", "!!!", "...", "???", "雨", "雪", "Mr. Brightside", "T.N.T.",
    "C", "C#", "100%", "$", "Йога", "Иога", "カ", "ガ", "तेरा", "तेरी", "รัก", "รีก",
]  # fmt: skip


def test_real_titles_stay_apart():
    keys: dict[object, str] = {}
    for title in OTHERS:
        found = key(title)
        assert found is not None, title
        assert found not in keys, (title, keys.get(found))
        keys[found] = title


@pytest.mark.parametrize(
    "title",
    [
        "Intro", "INTRO", "Intro (Live)", "Intro - Remastered", "Interlude", "Interlude 2", "Skit", "Skit #3",
        "Outro", "Untitled", "[Untitled]", "[untitled]", "Track 3", "Track 03", "Track03", "03", "Cue 12",
        "Variations I-IV", "Chapter One", "Audio Track 3", "Titel 3", "Piste 3", "Pista 3", "Faixa 3", "Трек 3",
        "トラック 3", "I. Allegro", "I. Allegro con brio", "Allegro", "Andante", "Adagio ma non troppo",
        "II: Andante cantabile", "Menuetto", "Menuet I & II", "Tempo di Menuetto", "Scherzo: Molto vivace",
        "Sehr langsam", "Très lent", "Rondo alla Turca", "Prelude", "Overture", "Finale", "Main Title",
        "End Credits", "No. 3", "Scene 2", "Act I", "Chapter 12", "Kapitel 3", "Bonus Track", "Hidden Track",
        "Drum Solo", "Ohne Titel", "Sans titre", "Sin título", "Без названия", "無題", "無題 2", "トラック01",
        "무제", "イントロ", "인트로", "Интро", "Вступление", "Prélude", "前奏", "(Live)", "", "   ",
    ],
)  # fmt: skip
def test_a_title_that_says_nothing_makes_no_two_pieces_one(title):
    assert key(title) is None


def test_the_number_of_a_track_is_no_title():
    assert key("3", track_number=3) is None
    assert key("03", track_number=3) is None
    assert key("22", track_number=3) == key("22 (Live)", track_number=7)


def test_nobody_has_no_songs():
    assert key("Halo", "Various Artists") is None
    assert key("Halo", "") is None


# Words of titles, none of which says anything about a version.
words: SearchStrategy[str] = st.text(
    st.characters(categories=("Ll", "Lo", "Nd"), exclude_characters="ªº"), min_size=4, max_size=9
)
titles = st.lists(words, min_size=1, max_size=4).map(" ".join)


@given(titles)
def test_case_spaces_form_and_guests_do_not_change_the_key(title):
    same = key(title)
    assert key(title.upper()) == key(title.upper().lower()) == key(title.casefold())
    assert key(f"  {title.replace(' ', '  ')}\N{NO-BREAK SPACE}") == same
    assert (
        key(unicodedata.normalize("NFD", title)) == key(unicodedata.normalize("NFC", title)) == same
    )
    for guest in ("feat. Bob", "(ft. Bob)", "[featuring Bob & Eve]", "(with Bob)"):
        assert key(f"{title} {guest}") == same
    for note in ("(Live)", "- 2011 Remaster", "[Bob Remix]", ": Live", "(ao vivo)"):
        assert key(f"{title} {note}") == same


@given(titles, titles)
def test_two_titles_without_words_of_versions_share_no_key(one, other):
    if fold(one) != fold(other):
        assert key(one) is None or key(one) != key(other)
