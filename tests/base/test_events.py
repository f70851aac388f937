import logging

from musicsim.base.events import Events, ProblemsChanged


def test_a_listener_that_fails_stops_nobody(caplog):
    heard = []
    events = Events()
    events.subscribe(lambda event: 1 / 0)
    unsubscribe = events.subscribe(heard.append)
    with caplog.at_level(logging.ERROR):
        events.emit(ProblemsChanged())
    assert heard == [ProblemsChanged()]
    assert "ZeroDivisionError" in caplog.text
    unsubscribe()
    events.emit(ProblemsChanged())
    assert len(heard) == 1
