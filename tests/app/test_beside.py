"""Work beside the pages: begun once, one after the other, never lost to a moved widget, begun anew where it failed."""

from threading import Event

from app.cached.beside import begin_work, begun_work
from data_prep.errors import UserError

BUTTON = "Count every token now"


def said(app) -> str:
    return " ".join(element.value for kind in (app.error, app.info, app.caption) for element in kind)


def test_the_same_is_begun_once_and_other_work_waits_for_it():
    go_on, order = Event(), []

    def first(tell):
        tell(0.5, "half of it")
        go_on.wait()
        order.append(1)
        return "result"

    work = begin_work("kind", "one", first)
    other = begin_work("kind", "other", lambda _: order.append(2))
    assert begin_work("kind", "one", first, again=True) is work is begun_work("kind", "one")
    assert begun_work("kind", "two") is None
    assert not other.future.done()
    go_on.set()
    assert work.future.result() == "result"
    assert (work.done, work.what) == (0.5, "half of it")
    other.future.result()
    assert order == [1, 2]
    assert begin_work("kind", "one", first) is work
    assert begin_work("kind", "one", first, again=True) is not work


def test_a_widget_that_is_moved_meanwhile_loses_nothing(open_page, damaged_home, monkeypatch):
    go_on = Event()
    monkeypatch.setattr("app.cached.gates.ensure_gates", lambda *_, **__: go_on.wait())
    app = open_page("gates", home=damaged_home, run="toy-words-lstm", part="test part")
    next(button for button in app.button if button.label == BUTTON).click().run()
    assert app.get("progress")
    app.slider(key="edges").set_value((0.2, 0.8)).run()
    assert app.get("progress")
    assert BUTTON not in [button.label for button in app.button]
    go_on.set()


def test_why_it_failed_is_said_and_it_can_be_tried_again(open_page, damaged_home, monkeypatch, press_and_wait):
    def refuse(*_, **__):
        raise UserError("The disk is full.", "Free some space.")

    with monkeypatch.context() as patch:
        patch.setattr("app.cached.gates.ensure_gates", refuse)
        app = open_page("gates", home=damaged_home, run="toy-words-lstm", part="test part")
        press_and_wait(app, BUTTON, "gates")
        assert "disk is full" in said(app)
    press_and_wait(app, BUTTON, "gates")
    assert not app.exception
    assert "disk is full" not in said(app)
    assert "every one of" in said(app)
