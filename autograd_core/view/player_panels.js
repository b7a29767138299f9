// The views beside the graph, and the controls; this file follows player.js in the same script.

// Order: the nodes in the order of the pass ---------------------------------------------------------------------------

const orderPanel = {
  name: 'Order',
  open(panel) {
    this.isForward = at < seedFrame;
    const order = this.isForward ? [...reversed].reverse() : passOrder();
    this.items = order.map((node) => {
      const sign = element('span', { class: 'sign', 'aria-hidden': true });
      const value = element('span');
      const button = element('button', { type: 'button', onclick: () => go(turnOf(node)) }, sign, element('span', { class: 'name' }, data.names[node] + (data.ops[node] ? `  ${data.ops[node]}` : '')), value);
      const item = element('li', {}, button);
      return { node, sign, value, item };
    });
    const what = this.isForward ? 'Topological order: operands come before what is computed from them.' : 'Reverse topological order: a node passes on when all its shares have arrived.';
    panel.replaceChildren(element('p', {}, what), element('ol', {}, ...this.items.map(({ item }) => item)));
    this.now = null;
  },
  update(state) {
    if (this.isForward !== at < seedFrame) openTab();
    const node = frames[at].node;
    for (const entry of this.items) {
      const status = state.status[entry.node];
      const text = number(this.isForward ? (status === 'blank' ? null : run.values[entry.node]) : state.grad[entry.node]);
      if (entry.value.textContent !== text) entry.value.textContent = text;
      if (entry.status !== status) {
        entry.status = status;
        entry.sign.className = `sign ${status}`;
        entry.sign.textContent = SIGNS[status];
        entry.item.firstChild.setAttribute('aria-label', `${data.names[entry.node]}: ${WORDS[status]}`);
      }
      if (entry.node === node && this.now !== entry) {
        this.now?.item.classList.remove('now');
        entry.item.classList.add('now');
        this.now = entry;
        const panel = byId('panel');
        panel.scrollTop = Math.max(0, entry.item.offsetTop - panel.offsetTop - panel.clientHeight / 2);
      }
    }
    if (node === undefined) {
      this.now?.item.classList.remove('now');
      this.now = null;
    }
  },
};

function passOrder() {
  return [...new Set(frames.slice(seedFrame + 1, -1).map((f) => f.node))];
}

function turnOf(node) {
  if (at < seedFrame) return node + 1;
  return frames.findIndex((f, i) => i > seedFrame && f.node === node);
}

// Why: the paths that one gradient is the sum of ----------------------------------------------------------------------

const whyPanel = {
  name: 'Why',
  open(panel) {
    const select = element('select', { id: 'why', 'aria-label': 'Gradient to explain', onchange: () => choose(Number(select.value)) });
    select.append(...data.names.map((name, i) => element('option', { value: i, selected: i === chosen }, `∂${data.names[ROOT]}/∂${name}`)).reverse());
    const { count, paths } = pathsTo(chosen);
    const intro = element('div', { class: 'row' }, element('label', { for: 'why' }, 'Why is it so?'), select);
    const result = right.adjoint[chosen];
    const head = element('p', {}, `${total(chosen)} = ${number(result ?? 0)}. `);
    if (count === 0) head.append('No selected edge leads here: nothing arrives.');
    else head.append(`${count === 1 ? 'One path leads' : `${count.toLocaleString('en').replaceAll(',', '\u2009')} paths lead`} from ${data.names[ROOT]} to ${data.names[chosen]}; along each, the local derivatives multiply.`);
    panel.replaceChildren(intro, head);
    if (count > PATHS_SHOWN) {
      panel.append(element('p', {}, `Too many to list (more than ${PATHS_SHOWN}). The backward pass needs none of them: it visits each of the ${data.edges.length} edges once.`));
      return;
    }
    const rows = paths.map((path) => {
      const product = path.reduce((product, e) => product * run.partials[e], data.seed);
      const names = [data.names[ROOT], ...path.map((e) => data.names[data.edges[e][1]])].join(' → ');
      const factors = [...(data.seed === 1 && path.length ? [] : [data.seed]), ...path.map((e) => run.partials[e])];
      const mark = (on) => path.forEach((e) => edgeGroups[e].classList.toggle('path', on));
      return element('tr', { class: 'path', tabindex: 0, onmouseenter: () => mark(true), onmouseleave: () => mark(false), onfocus: () => mark(true), onblur: () => mark(false) },
        element('td', {}, names, element('br'), factors.map((x, i) => (i ? factor(x) : number(x))).join(' · ')), element('td', {}, number(product)));
    });
    const sum = element('tr', {}, element('th', {}, 'Sum of the paths'), element('th', { class: 'good', id: 'sum' }, number(result ?? 0)));
    panel.append(element('table', {}, ...rows, sum), element('p', {}, 'Point at a path to see it in the graph.'));
  },
};

function pathsTo(target) {
  const selected = (e) => run.partials[e] !== null;
  const count = new Array(N).fill(0); // the paths from a node to the target
  count[target] = 1;
  for (let node = target + 1; node < N; node++) for (const e of edgesOf[node]) if (selected(e)) count[node] += count[data.edges[e][1]];
  const paths = [];
  const walk = (node, path) => {
    if (node === target) paths.push(path);
    else for (const e of edgesOf[node]) if (selected(e) && count[data.edges[e][1]]) walk(data.edges[e][1], [...path, e]);
  };
  if (count[ROOT] <= PATHS_SHOWN && count[ROOT]) walk(ROOT, []);
  return { count: count[ROOT], paths };
}

// Predict: the learner types the next adjoint ---------------------------------------------------------------------------

const predictPanel = {
  name: 'Predict',
  open(panel) {
    if (at < seedFrame) at = seedFrame;
    while (at < frames.length - 1 && frames[at + 1].kind !== 'edge') at++;
    const f = frames[at + 1];
    const lines = [element('p', {}, `Right so far: ${score.right} of ${score.asked}.`)];
    if (told) lines.push(element('p', { class: told.isRight ? 'good' : 'bad', id: 'told', role: 'status' }, (told.isRight ? '✓ ' : '✗ ') + told.text));
    if (!f) lines.push(element('p', {}, 'The pass is complete.'), element('button', { type: 'button', onclick: () => { told = null; score = { right: 0, asked: 0 }; go(seedFrame); openTab(); } }, 'Once more'));
    else {
      const formula = inNames(partialFormula(f.e), f.node);
      const input = element('input', { type: 'text', id: 'answer', inputmode: 'text', autocomplete: 'off', 'aria-label': `Your value of ${total(f.parent)}`, onkeydown: (event) => { if (event.key === 'Enter') answer(input.value); } });
      lines.push(
        element('p', {}, `It is the turn of ${data.names[f.node]}: ${total(f.node)} = ${number(f.adjoint)}.`),
        element('p', {}, `Its operand ${data.names[f.parent]} gets a share${formula ? `, with ${direct(f.node, f.parent)} = ${formula}` : ''}. So far ${total(f.parent)} = ${number(f.before)}.`),
        element('label', { for: 'answer' }, `${total(f.parent)} after this step:`), input,
        element('div', { class: 'row' }, element('button', { type: 'button', id: 'check', onclick: () => answer(input.value) }, 'Check'), element('button', { type: 'button', id: 'show', onclick: () => answer(null) }, 'Show me')));
    }
    panel.replaceChildren(...lines);
  },
  update() {
    if (this.at !== at) {
      this.at = at;
      openTab();
    }
  },
};

const near = (a, b) => Object.is(a, b) || Math.abs(a - b) <= 0.005 * Math.abs(b) + 1e-12 || number(a, 2) === number(b, 2);

// What a wrong answer looks like: the usual slips, each compared with what was typed.
function slip(typed, f) {
  const partial = run.partials[f.e];
  if (near(typed, -f.after)) return 'The size is right, the sign is not.';
  if (f.before !== 0 && near(typed, f.amount)) return `That is the share alone: it is added to ${number(f.before)}, which is already there.`;
  if (f.before !== 0 && near(typed, f.before)) return 'That is what is there already: the share comes on top.';
  if (near(typed, f.before + partial)) return 'That is the local derivative: it has to be multiplied by the adjoint of the node.';
  if (near(typed, f.before + f.adjoint)) return 'That is the adjoint of the node: it has to be multiplied by the local derivative.';
  if (near(typed, f.before + f.adjoint + partial)) return 'Along an edge adjoint and local derivative multiply; only shares add up.';
  return '';
}

function answer(typedText) {
  const f = frames[at + 1];
  const solution = `${total(f.parent)} = ${f.before === 0 ? '' : `${number(f.before)} + `}${f.before === 0 ? number(f.adjoint) : factor(f.adjoint)} · ${factor(run.partials[f.e])} = ${number(f.after)}.`;
  if (typedText === null) {
    score.asked++;
    told = { isRight: false, text: solution };
  } else {
    const cleaned = typedText.trim().replaceAll('−', '-').replace(',', '.');
    const typed = Number(cleaned);
    if (cleaned === '' || Number.isNaN(typed)) {
      told = { isRight: false, text: 'Type a number, such as −0.82.' };
      openTab();
      byId('answer').focus();
      return;
    }
    score.asked++;
    const isRight = near(typed, f.after);
    score.right += isRight ? 1 : 0;
    told = { isRight, text: isRight ? `Right: ${solution}` : `You wrote ${number(typed)}. ${slip(typed, f)} ${solution}` };
  }
  go(at + 1);
  byId('answer')?.focus();
}

// Wrong order: a shared node is taken before all its shares have arrived -----------------------------------------------

const wrongPanel = {
  name: 'Wrong order',
  open(panel) {
    const shared = sharedNodes();
    if (!shared.length) {
      panel.replaceChildren(element('p', {}, 'Nothing can go wrong in this graph: no inner node gets shares from more than one node. Try an expression that uses a result twice, such as d = a·b, L = d·(d + c).'));
      return;
    }
    if (!shared.includes(tooEarly)) {
      tooEarly = shared[0];
      makeFrames();
    }
    const select = element('select', { id: 'early', 'aria-label': 'Node to take too early', onchange: () => { tooEarly = Number(select.value); makeFrames(); openTab(); go(seedFrame); } });
    select.append(...shared.map((node) => element('option', { value: node, selected: node === tooEarly }, data.names[node])));
    const wrong = frames[frames.length - 1].adjoint;
    const rows = data.names.map((name, node) => [name, node]).filter(([, node]) => !edgesOf[node].length).map(([name, node]) => {
      const isRight = Object.is(wrong[node], right.adjoint[node]);
      return element('tr', {}, element('td', {}, total(node)), element('td', {}, number(wrong[node] ?? 0)), element('td', {}, number(right.adjoint[node] ?? 0)), element('td', { class: isRight ? 'good' : 'bad' }, isRight ? '✓' : '✗'));
    });
    panel.replaceChildren(
      element('div', { class: 'row' }, element('label', { for: 'early' }, 'Too early: '), select),
      element('p', {}, `${data.names[tooEarly]} takes its turn as soon as its first share arrives, passes that on, and has nothing to do with the shares that come later: they are lost.`),
      element('p', {}, 'Play it and see. In the end:'),
      element('table', {}, element('tr', {}, ...['input', 'wrong', 'right', ''].map((text) => element('th', {}, text))), ...rows),
      element('p', {}, 'The reverse topological order takes a node only when every node computed from it has had its turn.'));
  },
};

// Training: the same graph at every training step ---------------------------------------------------------------------

const trainingPanel = {
  name: 'Training',
  open(panel) {
    const i = data.runs.indexOf(run);
    const to = (k) => { useRun(k); byId('run').focus(); };
    const slider = element('input', { type: 'range', id: 'run', min: 0, max: data.runs.length - 1, value: i, 'aria-label': 'Training step', oninput: () => to(Number(slider.value)) });
    const rows = Object.entries(run.after ?? {}).map(([node, after]) => element('tr', {}, element('td', {}, data.names[node].replaceAll('.', '.\u200b')), element('td', {}, number(run.values[node])), element('td', {}, number(right.adjoint[node] ?? 0)), element('td', {}, number(exact(after)))));
    panel.replaceChildren(
      element('p', {}, `Training step ${i + 1} of ${data.runs.length}: ${data.names[ROOT]} = ${number(run.values[ROOT])}`),
      element('div', { class: 'row' }, element('button', { type: 'button', id: 'earlier', disabled: i === 0, 'aria-label': 'Training step before', onclick: () => useRun(i - 1) }, '◀'), slider, element('button', { type: 'button', id: 'later', disabled: i === data.runs.length - 1, 'aria-label': 'Next training step', onclick: () => useRun(i + 1) }, '▶')),
      element('table', {}, element('tr', {}, ...['', 'before', 'gradient', 'after'].map((text) => element('th', {}, text))), ...rows));
  },
};

function useRun(i) {
  run = data.runs[i];
  makeFrames();
  showRun();
  go(Math.min(at, frames.length - 1));
  openTab();
}

function showRun() {
  run.values.forEach((value, node) => { if (valueTexts[node]) valueTexts[node].textContent = number(value); });
  data.edges.forEach((_, e) => {
    const isOff = run.partials[e] === null;
    const text = edgeGroups[e].querySelector('text');
    if (text && data.drawn.indexOf(data.drawn[e]) === data.drawn.lastIndexOf(data.drawn[e])) text.textContent = isOff ? 'unselected' : number(run.partials[e]);
    edgeBase[e] = `edge${isOff ? ' off' : ''}`;
    shown.edges[e] = undefined;
  });
}

// Tabs and controls ---------------------------------------------------------------------------------------------------

const panels = { order: orderPanel, why: whyPanel, predict: predictPanel, wrong: wrongPanel };
if (data.runs.length > 1) panels.training = trainingPanel;

function openTab(name = tab) {
  const isNew = name !== tab;
  tab = name;
  if (isNew) {
    stop();
    if (tab === 'wrong' || tooEarly !== null) {
      if (tab !== 'wrong') tooEarly = null;
      makeFrames();
      at = Math.min(at, frames.length - 1);
    }
    told = null;
    nodeGroups.forEach((g) => g.classList.remove('chosen'));
    edgeGroups.forEach((g) => g.classList.remove('path'));
  }
  for (const button of byId('tabs').children) button.setAttribute('aria-selected', button.id === `tab-${tab}`);
  byId('panel').setAttribute('aria-labelledby', `tab-${tab}`);
  panels[tab].at = at;
  panels[tab].open(byId('panel'));
  if (tab === 'why') nodeGroups.forEach((g, node) => g.classList.toggle('chosen', node === chosen));
  if (isNew) {
    if (tab === 'wrong' && tooEarly !== null) at = seedFrame;
    panels[tab].at = at;
    draw();
  } else if (tab === 'order') orderPanel.update(stateAt(at));
}

function choose(node) {
  chosen = node;
  openTab('why');
}

function go(k) {
  at = Math.max(0, Math.min(k, frames.length - 1));
  draw();
}

function next() {
  if (tab === 'predict' && frames[at + 1]?.kind === 'edge') byId('answer').focus();
  else go(at + 1);
}

function stop() {
  clearInterval(timer);
  timer = null;
  byId('play').textContent = '▶ Play';
  byId('play').setAttribute('aria-label', 'Play (space)');
  byId('line').setAttribute('aria-live', 'polite');
}

function play() {
  if (timer !== null) return stop();
  if (tab === 'predict') openTab('order');
  if (at === frames.length - 1) go(0);
  byId('play').textContent = '⏸ Pause';
  byId('play').setAttribute('aria-label', 'Pause (space)');
  byId('line').setAttribute('aria-live', 'off'); // too fast to be read aloud
  timer = setInterval(() => { if (at === frames.length - 1) stop(); else go(at + 1); }, Number(byId('speed').value));
}

function byHand(action) {
  stop();
  action();
}

const turnPhase = () => go(at < seedFrame ? seedFrame : 0);
byId('first').onclick = () => byHand(() => go(0));
byId('back').onclick = () => byHand(() => go(at - 1));
byId('next').onclick = () => byHand(next);
byId('last').onclick = () => byHand(() => go(frames.length - 1));
byId('turn').onclick = () => byHand(turnPhase);
byId('play').onclick = play;
byId('slider').oninput = (event) => byHand(() => go(Number(event.target.value)));
byId('speed').onchange = () => { if (timer !== null) { stop(); play(); } };

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  if (event.key === ' ' && event.target.tagName === 'BUTTON') return; // the button's own key
  const actions = {
    ArrowRight: next, ArrowLeft: () => go(at - 1), Home: () => go(0), End: () => go(frames.length - 1), b: turnPhase, B: turnPhase,
    PageDown: () => go(nextNode(1)), PageUp: () => go(nextNode(-1)),
  };
  const action = event.key === ' ' ? play : actions[event.key];
  if (!action) return;
  event.preventDefault();
  if (action === play) play();
  else byHand(action);
});

// The nearest frame in this direction at which another node has its turn.
function nextNode(direction) {
  let k = at;
  while (k > 0 && k < frames.length - 1 && frames[k].node === frames[at].node) k += direction;
  return k === at ? k + direction : k;
}

// Size of the graph, colours, details under the pointer ---------------------------------------------------------------

const natural = { width: Number(picture.getAttribute('width')), height: Number(picture.getAttribute('height')) };
let scale = 1;
let smallest = 0.8; // the scale that fitting stops at, to stay readable; Infinity: the reader's size stays

function resize(to) {
  scale = Math.max(0.05, Math.min(to, 4));
  picture.setAttribute('width', natural.width * scale);
  picture.setAttribute('height', natural.height * scale);
  follow();
}

function fit() {
  const box = byId('scroll');
  const fitting = Math.min(1.6, (box.clientWidth - 4) / natural.width, (box.clientHeight - 4) / natural.height);
  if (smallest < Infinity) resize(Math.max(fitting, smallest));
}

function zoom(by) {
  smallest = Infinity;
  resize(scale * by);
}
byId('smaller').onclick = () => zoom(1 / 1.25);
byId('larger').onclick = () => zoom(1.25);
byId('fit').onclick = () => { smallest = 0; fit(); };

const themes = ['auto', 'light', 'dark'];
byId('theme').onclick = () => setTheme(themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % 3]);
function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  const text = `Colours: ${theme === 'auto' ? 'as the system' : theme}`;
  byId('theme').setAttribute('aria-label', text);
  byId('theme').title = text;
}

function details(node) {
  const state = stateAt(at);
  const uses = data.edges.filter(([, parent]) => parent === node).length;
  const formula = data.formulas[node];
  return [
    formula ? `${data.names[node]} = ${inNames(formula, node)}` : `${data.names[node]}, an input`,
    `value ${state.status[node] === 'blank' ? 'not computed yet' : number(run.values[node], 10)}`,
    `${total(node)} ${state.grad[node] === null ? 'not known yet' : `= ${number(state.grad[node], 10)}`} (${WORDS[state.status[node]]})`,
    uses ? `used ${uses === 1 ? 'once' : `${uses} times`}` : 'the result',
    ...(data.lines?.[node] ? [data.lines[node]] : []),
  ].join('\n');
}

nodeGroups.forEach((group, node) => {
  group.addEventListener('click', () => choose(node));
  group.addEventListener('mouseenter', () => {
    const tip = byId('tip');
    tip.textContent = details(node);
    tip.hidden = false;
    const stage = tip.offsetParent.getBoundingClientRect();
    const box = group.getBoundingClientRect();
    const below = box.bottom - stage.top + 6;
    tip.style.left = `${Math.max(4, Math.min(box.left - stage.left, stage.width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${below + tip.offsetHeight < stage.height ? below : Math.max(4, box.top - stage.top - tip.offsetHeight - 6)}px`;
  });
  group.addEventListener('mouseleave', () => { byId('tip').hidden = true; });
});

for (const [name, panel] of Object.entries(panels))
  byId('tabs').append(element('button', { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': 'panel', onclick: () => openTab(name) }, panel.name));
byId('title').textContent = data.title;
makeFrames();
byId('subtitle').textContent = `${N} nodes, ${data.edges.length} edges, ${frames.length - 1} steps`;
if (data.runs.length > 1) showRun();
setTheme(document.documentElement.dataset.theme);
new ResizeObserver(fit).observe(byId('scroll')); // in a notebook, the frame gets its size after this script has run
fit();
openTab(data.runs.length > 1 ? 'training' : 'order');
go(data.start === 'end' ? frames.length - 1 : 0);
document.documentElement.dataset.ready = 'true';
