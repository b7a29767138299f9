"""The player in a real browser: every control, the numbers it shows, the fallback without scripts, no errors."""

import json

import pytest

from autograd_core import Value, relu, step_through, step_through_training, steps, tanh
from autograd_core.graph import topological_order
from autograd_core.view.text import number
from tests.chromium import chromium, find_chromium
from tests.graphs import random_graph

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="there is no Chromium or Chrome on this machine")
EVIL = '<script>document.title = "hacked"</script>"&\\'
READY = "document.documentElement.dataset.ready === 'true'"


@pytest.fixture(scope="module")
def shared_browser():
    with chromium(find_chromium()) as started:
        yield started


@pytest.fixture
def browser(shared_browser):
    shared_browser.window(1280, 720)
    yield shared_browser
    assert shared_browser.problems == []


@pytest.fixture
def play(browser, tmp_path):
    def opened(player):
        path = tmp_path / "player.html"
        player.save(path)
        browser.open(path)
        browser.wait_for(READY)
        return browser

    return opened


def shared_node():
    a, b, c = Value(2.0, "a"), Value(-3.0, "b"), Value(10.0, "c")
    d = a * b
    d.label = "d"
    L = d * (d + c) + relu(b)
    L.label = "L"
    return L


def text(browser, selector):
    return browser.js(f"document.querySelector({json.dumps(selector)}).textContent")


def place(browser):
    return browser.js("[Number(byId('slider').value), frames.length - 1]")


def gradients(browser):
    return browser.js("data.names.map((_, i) => document.querySelector(`#n${i} .g`).textContent)")


@pytest.mark.parametrize("seed", range(5))
def test_final_gradients_are_those_of_backward(play, seed):
    root = random_graph(seed, 15)[1] if seed else shared_node()
    browser = play(step_through(root))
    browser.click("#last")
    root.backward()
    order = topological_order(root)
    assert gradients(browser) == [number(node.grad) for node in order]
    assert [x or 0.0 for x in browser.js("right.adjoint")] == [node.grad for node in order]  # to the last bit
    assert text(browser, "#phase") == "Done"


def test_every_frame_is_a_step_of_steps(play):
    root = shared_node()
    browser = play(step_through(root))
    shown = browser.js(
        "frames.filter((f) => f.kind === 'edge' || f.kind === 'unselected').map((f) => [f.node, f.parent, f.before, f.after])"
    )
    found = steps(root)
    places = {node: i for i, node in enumerate(found.order)}
    expected = [
        [places[step.node], places[edge.parent], edge.before, edge.after]
        for step in found
        for edge in step.contributions
    ]
    assert shown == [edge for edge in expected if found[len(places) - 1 - edge[0]].reached]


def test_buttons(play):
    browser = play(step_through(shared_node()))
    end = place(browser)[1]
    seed = browser.js("seedFrame")
    for button, expected in [
        ("next", 1),
        ("next", 2),
        ("back", 1),
        ("last", end),
        ("first", 0),
        ("turn", seed),
        ("turn", 0),
    ]:
        browser.click(f"#{button}")
        assert place(browser)[0] == expected, button
    assert browser.js("byId('back').disabled && byId('first').disabled")
    browser.js("byId('slider').value = 7; byId('slider').dispatchEvent(new Event('input'))")
    assert text(browser, "#counter") == f"7 / {end}"


def test_keys(play):
    browser = play(step_through(shared_node()))
    end, seed = place(browser)[1], browser.js("seedFrame")
    for key, expected in [("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", end), ("Home", 0), ("b", seed),
                          ("PageDown", seed + 3), ("PageUp", seed + 2)]:  # fmt: skip
        browser.key(key)
        assert place(browser)[0] == expected, key


def test_play_and_pause(play):
    browser = play(step_through(shared_node()))
    browser.js("byId('speed').value = '200'")
    browser.key(" ")
    browser.wait_for("at >= 3")
    assert "Pause" in text(browser, "#play")
    browser.click("#play")
    assert "Play" in text(browser, "#play")
    assert browser.js("timer") is None
    browser.js("go(frames.length - 3); play()")
    browser.wait_for("timer === null && at === frames.length - 1")


def test_the_formula_line(play):
    browser = play(step_through(shared_node()))
    browser.js("go(frames.findIndex((f) => f.kind === 'edge' && data.names[f.parent] === 'a'))")
    assert text(browser, "#line") == "∂L/∂a += ∂L/∂d · ∂d/∂a = −2 · (−3) = 6"
    assert text(browser, "#change").split("   ") == ["∂L/∂a: 0 → 6", "with ∂d/∂a = b"]
    browser.js("go(frames.findIndex((f) => f.kind === 'value' && data.names[f.node] === 'd'))")
    assert text(browser, "#line") == "d = a · b = 2 · (−3) = −6"
    browser.js("go(frames.findIndex((f) => f.kind === 'unselected'))")
    assert text(browser, "#line") == "∂L/∂b += nothing"


def test_the_active_node_is_shown_by_class_and_sign(play):
    browser = play(step_through(shared_node()))
    browser.js("go(frames.findIndex((f) => f.kind === 'edge' && data.names[f.parent] === 'a'))")
    assert browser.js("[...document.querySelectorAll('.node.active .badge text')].map((t) => t.textContent)") == ["▶"]
    assert browser.js("document.querySelector('.node.receiving').id") == "n0"
    assert browser.js("document.querySelectorAll('.edge.flow').length") == 1
    assert text(browser, ".node.done .badge text") == "✓"


def test_the_order_and_the_details(play):
    browser = play(step_through(shared_node()))
    names = "orderPanel.items.map(({ node }) => node)"
    n = browser.js("N")
    assert browser.js(names) == list(range(n))
    browser.click("#turn")
    assert browser.js(names) == list(range(n))[::-1]
    browser.click(".panel li:nth-child(3) button")
    assert browser.js("frames[at].node") == n - 3
    browser.mouse("moved", "#n2 rect")
    assert text(browser, "#tip").splitlines()[0] == "d = a · b"
    assert not browser.js("byId('tip').hidden")


def test_why(play):
    browser = play(step_through(shared_node()))
    browser.click("#n0 rect")
    assert browser.js("tab") == "why"
    assert browser.js("document.querySelectorAll('tr.path').length") == 2
    assert text(browser, "#sum") == "6"
    browser.mouse("moved", "tr.path")
    assert browser.js("document.querySelectorAll('.edge.path').length") == 3
    browser.js("byId('why').value = '3'; byId('why').dispatchEvent(new Event('change'))")
    assert "One path" in text(browser, "#panel")


def test_why_with_too_many_paths(play):
    node = Value(1.0, "x")
    for _ in range(30):
        node = node + node
    browser = play(step_through(node))
    browser.js("choose(0)")
    assert "1\u2009073\u2009741\u2009824 paths" in text(browser, "#panel")
    assert "Too many to list" in text(browser, "#panel")


def test_predict(play):
    browser = play(step_through(shared_node()))
    browser.click("#tab-predict")
    browser.js("go(frames.findIndex((f) => f.kind === 'edge' && f.before !== 0) - 1)")
    f = browser.js("frames[at + 1]")
    start = place(browser)[0]
    browser.click("#next")  # asks first
    assert place(browser)[0] == start

    browser.type("nonsense")
    browser.key("Enter")
    assert "Type a number" in text(browser, "#told")
    assert place(browser)[0] == start

    browser.js(f"byId('answer').value = '{f['amount']}'")
    browser.click("#check")
    assert "That is the share alone" in text(browser, "#told")
    browser.js(f"go({start})")
    browser.js(f"answer('{-f['after']}')")
    assert "the sign is not" in text(browser, "#told")
    browser.js(f"go({start}); byId('answer').value = '{f['after']}'".replace("-", "−"))
    browser.click("#check")
    assert "Right:" in text(browser, "#told")
    assert "Right so far: 1 of 3" in text(browser, "#panel")
    browser.click("#show")
    for _ in range(20):
        browser.js("byId('answer') && answer(String(frames[at + 1].after))")
    assert "The pass is complete" in text(browser, "#panel")


def test_wrong_order(play):
    root = shared_node()
    browser = play(step_through(root))
    browser.click("#tab-wrong")
    browser.click("#last")
    root.backward()
    a, b, c = topological_order(root)[0], topological_order(root)[1], topological_order(root)[3]
    wrong = [x.removeprefix("−") for x in gradients(browser)]
    assert wrong[0] != number(abs(a.grad))
    assert wrong[1] != number(abs(b.grad))
    assert wrong[3] == number(abs(c.grad))
    assert browser.js("document.querySelectorAll('.node.wrong').length") >= 2
    assert "these gradients are wrong" in text(browser, "#note")
    browser.js("go(frames.findIndex((f) => f.lost))")
    assert text(browser, "#note") == "v1 passes its share on to d, too late"
    assert browser.js("[...document.querySelectorAll('.node.wrong')].map((g) => g.id)") == ["n2"]
    browser.click("#tab-order")
    browser.click("#last")
    assert gradients(browser) == [number(node.grad) for node in topological_order(root)]


def test_wrong_order_where_nothing_can_go_wrong(play):
    browser = play(step_through(tanh(Value(1.0) * 2.0)))
    browser.click("#tab-wrong")
    assert "Nothing can go wrong" in text(browser, "#panel")


def test_training(play):
    w = Value(1.0, "w")
    seen = []

    def update():
        seen.append((w.data, w.grad))
        w.data -= 0.1 * w.grad

    browser = play(step_through_training(lambda: (w * 2.0 - 3.0) ** 2, update, 3))
    for i in range(3):
        assert f"Training step {i + 1} of 3" in text(browser, "#panel")
        cells = browser.js("[...document.querySelectorAll('#panel td')].map((t) => t.textContent)")
        after = seen[i + 1][0] if i < 2 else w.data
        assert cells == ["w", number(seen[i][0]), number(seen[i][1]), number(after)]
        browser.js("go(frames.length - 1)")
        assert gradients(browser)[0] == number(seen[i][1])
        if i < 2:
            browser.click("#later")
    browser.click("#earlier")
    assert "Training step 2" in text(browser, "#panel")


def test_zoom_and_colours(play):
    browser = play(step_through(random_graph(1, 20)[1]))
    width = browser.js("picture.getBoundingClientRect().width")
    browser.click("#larger")
    assert browser.js("picture.getBoundingClientRect().width") > width
    browser.click("#fit")
    assert browser.js("byId('scroll').scrollWidth <= byId('scroll').clientWidth")
    colours = set()
    for _ in range(3):
        colours.add(browser.js("getComputedStyle(document.body).backgroundColor"))
        browser.click("#theme")
    assert len(colours) == 2


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone(play, browser, dark):
    browser.window(390, 844, dark=dark, mobile=True)
    play(step_through(shared_node()))
    assert browser.js("document.documentElement.scrollWidth") <= 390
    small = browser.js("[...document.querySelectorAll('.controls button')].filter((b) => b.offsetHeight < 40).length")
    assert small == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast_and_names(play, theme):
    browser = play(step_through(shared_node(), colours=theme))
    for tab in ("order", "why", "predict", "wrong"):
        browser.js(f"openTab('{tab}')")
        assert browser.js(CONTRAST) == []
    unnamed = "[...document.querySelectorAll('button, input, select')].filter((e) => !(e.textContent.trim() || e.ariaLabel || e.labels?.length)).length"
    assert browser.js(unnamed) == 0


def test_a_notebook_on_a_phone_shows_all_of_the_player(play, browser, tmp_path):
    player = step_through(shared_node(), height=640)
    notebook = tmp_path / "notebook.html"
    notebook.write_text(
        '<!doctype html><meta name="viewport" content="width=device-width"><body style="margin:16px">'
        + player._repr_html_(),
        encoding="utf-8",
    )
    frame = "document.querySelector('iframe').getBoundingClientRect()"
    for window in (1280, 793):  # of the latter, the margins leave 761 pixels: just enough for all beside each other
        browser.window(window, 720)
        browser.open(notebook)
        assert browser.js(f"{frame}.height") == 640
    browser.window(390, 844, mobile=True)
    browser.wait_for(f"{frame}.height > 640")
    width, height = browser.js(f"[{frame}.width, {frame}.height]")
    browser.window(round(width), round(height), mobile=True)
    play(player).js("go(frames.length - 1)")
    assert browser.js("document.documentElement.scrollHeight") <= height
    assert browser.js("scale") >= 0.8  # what is too wide for the screen scrolls, and can be read


# Texts with less than 4.5:1 between their colour and that of what is behind them (WCAG 2.2, success criterion 1.4.3).
CONTRAST = """(() => {
  const channels = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = (c) => channels(c).slice(0, 3).map((x) => x / 255).map((x) => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
    .reduce((sum, x, i) => sum + x * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if ((channels(c)[3] ?? 1) > 0) return c; } };
  return [...document.querySelectorAll('header *, .formula *, .controls *, .side *')].filter((e) => e.offsetParent && !e.disabled
    && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())).map((e) => {
      const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
      return [e.outerHTML.slice(0, 80), (a + 0.05) / (b + 0.05)];
    }).filter(([, ratio]) => ratio < 4.5);
})()"""


def test_labels_are_text(play):
    x = Value(2.0, EVIL)
    browser = play(step_through(x * x))
    browser.js("go(2); choose(0); openTab('predict'); openTab('order')")
    assert browser.js("document.title") != "hacked"
    assert EVIL[:20] in text(browser, "#n0 text")


def test_a_notebook_with_and_without_scripts(browser, tmp_path):
    player = step_through(shared_node())
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!doctype html><meta charset=utf-8><body>{player._repr_html_()}", encoding="utf-8")
    browser.open(notebook)
    browser.wait_for("document.querySelector('img').complete && document.querySelector('img').naturalWidth > 0")
    with_scripts = browser.screenshot()
    page = notebook.read_text(encoding="utf-8")
    forbidding = '<meta http-equiv="Content-Security-Policy" content="script-src \'none\'">'
    shown = {}
    for name, changed in [
        ("picture", page.partition("<iframe")[0] + "</div>"),  # what is left where frames are taken out
        ("sandbox", page.replace('sandbox="allow-scripts"', 'sandbox=""')),
        ("policy", page.replace("<meta", f"{forbidding}<meta", 1)),
    ]:
        (tmp_path / f"{name}.html").write_text(changed, encoding="utf-8")
        browser.open(tmp_path / f"{name}.html")
        shown[name] = browser.screenshot()
    assert shown["picture"] == shown["sandbox"] == shown["policy"]
    browser.problems[:] = [text for text in browser.problems if "script" not in text]  # blocked, as they should be
    assert shown["picture"] != with_scripts


def test_the_graph_fits_its_view_until_the_reader_chooses_a_size(play):
    browser = play(step_through(shared_node()))
    browser.window(800, 720)
    browser.wait_for("scale < 1")  # as in a notebook, whose frame gets its size after the script has run
    narrow = browser.js("scale")
    browser.window(1280, 720)
    browser.wait_for(f"scale > {narrow}")
    browser.click("#smaller")
    chosen = browser.js("scale")
    browser.window(1000, 720)
    browser.js("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert browser.js("scale") == chosen
    browser.click("#fit")
    assert browser.js("byId('scroll').scrollWidth <= byId('scroll').clientWidth")


def test_a_thousand_nodes(play):
    node = Value(0.5, "x")
    for i in range(500):
        node = tanh(node * (1.0 + i / 500))
    browser = play(step_through(node))
    browser.js("go(frames.length - 1)")
    assert text(browser, "#phase") == "Done"
    assert gradients(browser)[0] == number(steps(node).adjoint(topological_order(node)[0]))
