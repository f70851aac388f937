from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from musicsim.ui.playback.following import Following
from musicsim.ui.playback.protocol import Item

A, B, C = (Item(token, Path(f"{token}.flac")) for token in (1, 2, 3))
PATIENCE = 10.0


def test_a_change_says_what_the_renderings_were_told() -> None:
    following = Following()
    following.start(A.token, B)
    assert following.change(A.token, B) is None
    assert following.ask(A.token, following.generation) == B

    before = following.change(A.token, C)
    assert before is not None
    assert (before.handed_out, before.has_ended) == (B.token, False)
    # Nobody was told of this one.
    before = following.change(A.token, None)
    assert before is not None
    assert before.handed_out is None
    assert following.ask(A.token, following.generation) is None
    before = following.change(A.token, B)
    assert before is not None
    assert (before.handed_out, before.has_ended) == (None, True)


def test_a_rendering_waits_until_it_is_told_or_given_up() -> None:
    following = Following()
    following.start(A.token, B)
    with ThreadPoolExecutor() as threads:
        told = threads.submit(following.ask, B.token, following.generation)
        given_up = threads.submit(following.ask, C.token, following.generation)
        following.change(B.token, C)
        assert told.result(PATIENCE) == C
        following.renew()
        assert given_up.result(PATIENCE) is None


def test_what_can_not_be_opened_is_asked_for_once() -> None:
    following = Following()
    following.start(A.token, B)

    following.leave_out(C.token)
    assert following.ask(A.token, following.generation) == B
    following.leave_out(B.token)
    assert following.ask(A.token, following.generation) is None
