"""Names that stand where an artist or album is not named: various artists, unknown album, and their translations."""

from __future__ import annotations

from functools import lru_cache

from musicsim.playlists.rules.key_words import key_words, name_set

_VARIOUS = (
    "various artists, various artist, various, va, v a, various performers, various composers, multiple artists, "
    "multi artists, mixed artists, misc artists, compilation, compilations, sampler",
    "verschiedene interpreten, verschiedene künstler, verschiedene, diverse interpreten, diverse künstler, "
    "diverse",
    "artistes divers, divers artistes, artistes variés, divers, divers interprètes, multi interprètes, "
    "multi-artistes, interprètes divers, compilations diverses",
    "varios artistas, artistas varios, varios, varios intérpretes, intérpretes varios, artistas diversos",
    "vários artistas, vários, vários intérpretes, artistas vários, diversos artistas, diversos intérpretes, "
    "diversos",
    "artisti vari, vari artisti, artisti varii, aa vv, aavv, interpreti vari, artisti diversi",
    "artistes diversos, diversos artistes, varis artistes, diversos intèrprets",
    "diverse artiesten, verschillende artiesten, diverse uitvoerenden, diverse uitvoerders, verzamelalbum",
    "blandade artister, diverse artister, olika artister, diverse, diverse kunstnere, forskellige kunstnere, "
    "forskellige artister, ulike artister, ýmsir, ýmsir flytjendur",
    "eri esittäjiä, useita esittäjiä, eri artisteja, erinevad esitajad, dažādi izpildītāji, įvairūs atlikėjai, "
    "įvairūs, dažādi mākslinieki",
    "różni wykonawcy, różni artyści, wielu wykonawców, składanka",
    "různí interpreti, různí umělci, různí, rôzni interpreti, rôzni umelci, rôzni",
    "különböző előadók, vegyes előadók, több előadó, válogatás",
    "artiști diverși, diverși artiști, diverși interpreți, artişti diverşi",
    "разные исполнители, различные исполнители, разные артисты, различные артисты, сборник, разные, різні "
    "виконавці, різні, розные выканаўцы, разни изпълнители, различни изпълнители, разни извођачи",
    "razni izvođači, različiti izvođači, razni izvajalci, različni izvajalci",
    "διάφοροι καλλιτέχνες, διάφοροι, διάφοροι ερμηνευτές",
    "çeşitli sanatçılar, çeşitli, karışık, muhtelif sanatçılar",
    "אמנים שונים, שונים, מבצעים שונים, فنانون متنوعون, فنانون مختلفون, فنانين متنوعين, متنوعون, منوعات, هنرمندان "
    "مختلف",
    "विभिन्न कलाकार, विविध कलाकार, विभिन्न, ศิลปินหลายคน, หลายศิลปิน, รวมศิลปิน, ศิลปินต่างๆ",
    "nhiều nghệ sĩ, nhiều ca sĩ, berbagai artis, beragam artis, pelbagai artis",
    "ヴァリアス・アーティスト, ヴァリアスアーティスト, ヴァリアス・アーティスツ, ヴァリアスアーティスツ, "
    "バリアス・アーティスト, オムニバス, さまざまなアーティスト, 様々なアーティスト, 複数のアーティスト, "
    "複数アーティスト",
    "群星, 华语群星, 華語群星, 各种艺术家, 各種藝術家, 多位艺人, 多位藝人, 多位艺术家, 多位演出者, 众艺人, "
    "眾藝人, 合辑, 合輯, 不同艺术家, 不同演出者, 综合",
    "여러 아티스트, 여러아티스트, 다양한 아티스트, 여러 가수, 다수의 아티스트",
    # What film music is filed under.
    "soundtrack, soundtracks, original soundtrack, ost, original motion picture soundtrack",
)
_UNKNOWN = (
    "unknown artist, unknown, unknown artists, unknown performer, no artist, none, n a, not available, anonymous, "
    "-, --",
    "unbekannter interpret, unbekannter künstler, unbekannt, unbekannter artist",
    "artiste inconnu, interprète inconnu, inconnu, inconnue, anonyme",
    "artista desconocido, intérprete desconocido, desconocido, artista desconegut, desconegut, anónimo",
    "artista desconhecido, intérprete desconhecido, desconhecido, anônimo",
    "artista sconosciuto, interprete sconosciuto, sconosciuto, anonimo",
    "onbekende artiest, onbekend, onbekende uitvoerder",
    "okänd artist, okänd, ukendt kunstner, ukendt artist, ukendt, ukjent artist, ukjent, óþekktur flytjandi",
    "tuntematon esittäjä, tuntematon artisti, tuntematon, tundmatu esitaja, nežināms izpildītājs, nežinomas "
    "atlikėjas",
    "nieznany wykonawca, nieznany artysta, wykonawca nieznany, nieznany",
    "neznámý interpret, neznámý umělec, neznámý, neznámy interpret, neznámy umelec, neznámy",
    "ismeretlen előadó, ismeretlen, artist necunoscut, interpret necunoscut, necunoscut",
    "неизвестный исполнитель, неизвестный артист, неизвестен, неизвестный, исполнитель неизвестен, нет "
    "исполнителя, невідомий виконавець, невідомий, невядомы выканаўца, неизвестен изпълнител, непознат извођач",
    "nepoznati izvođač, nepoznat izvođač, neznani izvajalec, neznan izvajalec",
    "άγνωστος καλλιτέχνης, άγνωστος, bilinmeyen sanatçı, bilinmeyen, bilinmiyor",
    "אמן לא ידוע, לא ידוע, فنان غير معروف, غير معروف, فنان مجهول, مجهول, هنرمند ناشناس, هنرمند ناشناخته",
    "अज्ञात कलाकार, अज्ञात, ไม่ทราบศิลปิน, ศิลปินที่ไม่รู้จัก, ไม่รู้จักศิลปิน",
    "nghệ sĩ không xác định, không rõ nghệ sĩ, nghệ sĩ không rõ, artis tidak dikenal, artis tidak diketahui",
    "アーティスト不明, 不明なアーティスト, 不明, 未知艺术家, 未知藝術家, 未知艺人, 未知藝人, 未知歌手, "
    "未知演出者, 未知, 佚名, 알 수 없는 아티스트, 알수없는 아티스트, 알 수 없음, 미상",
)
_NOBODY = name_set(*_VARIOUS, *_UNKNOWN)
_NO_ALBUM = name_set(
    "unknown album, unknown album title, no album, album unknown, non-album tracks, none, n a, not available",
    "unbekanntes album, album inconnu, álbum desconocido, àlbum desconegut, álbum desconhecido, album sconosciuto",
    "onbekend album, okänt album, ukendt album, ukjent album, óþekkt plata, tuntematon albumi, tundmatu album",
    "nieznany album, neznámé album, neznámy album, ismeretlen album, album necunoscut, nepoznati album",
    "неизвестный альбом, невідомий альбом, неизвестен албум, непознат албум, άγνωστο άλμπουμ, bilinmeyen albüm",
    "אלבום לא ידוע, ألبوم غير معروف, अज्ञात एल्बम, ไม่ทราบอัลบั้ม, album không xác định, album tidak dikenal",
    "不明なアルバム, アルバム不明, 未知专辑, 未知專輯, 알 수 없는 앨범",
)


@lru_cache(maxsize=16_384)
def is_nobody(name: str) -> bool:
    """Return whether a name is empty or stands for various or unknown artists, in the languages of common programs."""
    return not name or key_words(name.strip("<>")) in _NOBODY


@lru_cache(maxsize=16_384)
def is_no_album(title: str) -> bool:
    """Return whether an album's title is empty or says that there is none, in the languages of common programs."""
    # The Windows Media Player adds when a disc was copied.
    title = title.partition(" (")[0] if title.endswith(")") else title
    return not title or key_words(title.strip("<>[]")) in _NO_ALBUM
