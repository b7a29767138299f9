// The backward player: plays the forward and the backward pass over a picture of the graph.
//
// Python gives the graph as JSON (`data`): names, operations, edges with their formulas, and one run or, for training
// steps, several: values, partials. Everything else is worked out here: a pass is a list of frames, a frame is one node's
// value, or one edge's share, and `stateAt` says what every node shows at a frame. No text becomes markup: labels only ever
// go through textContent.
'use strict';

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId('data').textContent);
const N = data.names.length;
const ROOT = N - 1;
const SIGNS = { active: '▶', receiving: '+', waiting: '…', done: '✓', skipped: '∅', wrong: '✗', computed: '', blank: '' };
const WORDS = {
  active: 'its turn', receiving: 'receives a share', waiting: 'not complete yet', done: 'done', skipped: 'skipped', wrong: 'wrong',
  computed: 'value known', blank: 'not computed yet',
};
const PATHS_SHOWN = 24;

const exact = (x) => (typeof x === 'string' ? { nan: NaN, inf: Infinity, '-inf': -Infinity }[x] : x);
for (const run of data.runs) {
  run.values = run.values.map(exact);
  run.partials = run.partials.map(exact);
}
const edgesOf = Array.from({ length: N }, () => []); // by node: its edges to its operands, in their order
data.edges.forEach(([child], e) => edgesOf[child].push(e));

let run = data.runs[0];
let frames = [];
let at = 0;
let chosen = data.edges.length ? data.edges[0][1] : 0; // the node of the "why" view
let tab = 'order';
let tooEarly = null; // the node that the wrong order takes too early
let timer = null;
let score = { right: 0, asked: 0 };
let told = null; // what predict mode said of the last answer

// Text ----------------------------------------------------------------------------------------------------------------

function number(x, digits = 4) {
  if (x === null || x === undefined) return '–';
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x > 0 ? '∞' : '−∞';
  let text = x === 0 ? '0' : Math.abs(x) >= 10 ** digits || Math.abs(x) < 1e-4 ? x.toExponential(digits - 1) : x.toPrecision(digits);
  let [mantissa, exponent] = text.split('e');
  if (mantissa.includes('.')) mantissa = mantissa.replace(/\.?0+$/, '');
  return (exponent ? `${mantissa}e${Number(exponent)}` : mantissa).replaceAll('-', '−');
}

const factor = (x) => (x < 0 || Object.is(x, -0) ? `(${number(x)})` : number(x));
const d = (top, bottom) => `∂${data.names[top]}/∂${data.names[bottom]}`;
const total = (node) => d(ROOT, node);
const arrivals = new Array(N).fill(0);
for (const [, parent] of data.edges) arrivals[parent]++;
// At the root a local derivative has the letters of the whole one: where they differ, it is marked.
const direct = (child, parent) => d(child, parent) + (child === ROOT && arrivals[parent] > 1 ? '|direct' : '');

// A formula comes with one private character per operand, and one for the node itself.
function filled(template, node, show) {
  return template.replace(/[\ue000-\uf8ff]/g, (mark, place) => {
    const i = mark.charCodeAt(0) - 0xe000;
    const text = show(i < data.operands[node].length ? data.operands[node][i] : node);
    const before = template.slice(0, place).trimEnd().slice(-1);
    const isFactor = /[+−·/%^√]/.test(before) || /[\^⁰¹²³⁴⁵⁶⁷⁸⁹⁻%]/.test(template.slice(place + 1).trimStart().slice(0, 1));
    return text.startsWith('−') && isFactor ? `(${text})` : text;
  });
}
const inNames = (template, node) => filled(template, node, (i) => data.names[i]);
const inNumbers = (template, node) => filled(template, node, (i) => number(run.values[i]));
const partialFormula = (e) => (run.formulas && e in run.formulas ? run.formulas[e] : data.edges[e][2]);

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

// The passes ----------------------------------------------------------------------------------------------------------

// The sweep over nodes in `order`: what Value.backward does if `order` is the reverse topological one.
function sweep(order) {
  const adjoint = new Array(N).fill(null);
  adjoint[ROOT] = 0 + data.seed;
  const finished = new Set();
  const made = [{ kind: 'seed', node: ROOT, after: adjoint[ROOT] }];
  for (const node of order) {
    if (adjoint[node] === null) made.push({ kind: 'skip', node });
    else if (!edgesOf[node].length) made.push({ kind: 'leaf', node, after: adjoint[node] });
    for (const e of adjoint[node] === null ? [] : edgesOf[node]) {
      const parent = data.edges[e][1];
      const before = adjoint[parent] ?? 0;
      if (run.partials[e] === null) {
        made.push({ kind: 'unselected', node, parent, e, before, after: before });
        continue;
      }
      const amount = adjoint[node] * run.partials[e];
      adjoint[parent] = before + amount;
      made.push({ kind: 'edge', node, parent, e, adjoint: adjoint[node], amount, before, after: adjoint[parent], lost: finished.has(parent) });
    }
    finished.add(node);
  }
  return { frames: made, adjoint };
}

const reversed = Array.from({ length: N }, (_, i) => N - 1 - i);
let right = sweep(reversed);

function wrongOrder() {
  const first = right.frames.find((f) => f.kind === 'edge' && f.parent === tooEarly);
  const order = reversed.filter((node) => node !== tooEarly);
  order.splice(order.indexOf(first.node) + 1, 0, tooEarly);
  return order;
}

// Inner nodes that several nodes flow into the adjoint of: taking one too early goes wrong.
function sharedNodes() {
  const from = Array.from({ length: N }, () => new Set());
  for (const f of right.frames) if (f.kind === 'edge') from[f.parent].add(f.node);
  return reversed.filter((node) => from[node].size > 1 && edgesOf[node].some((e) => run.partials[e] !== null));
}

function makeFrames() {
  right = sweep(reversed);
  const backward = tab === 'wrong' && tooEarly !== null ? sweep(wrongOrder()) : right;
  const forward = Array.from({ length: N }, (_, node) => ({ kind: edgesOf[node].length ? 'value' : 'input', node }));
  frames = [{ kind: 'start' }, ...forward, ...backward.frames, { kind: 'end', adjoint: backward.adjoint }];
  byId('slider').max = frames.length - 1;
}
const seedFrame = N + 1;

function stateAt(k) {
  const status = new Array(N).fill('blank');
  const grad = new Array(N).fill(null);
  const edges = new Array(data.edges.length).fill('blank');
  for (let i = 1; i <= k; i++) {
    const f = frames[i];
    const previous = frames[i - 1];
    if (previous.node !== undefined && i > seedFrame && previous.node !== f.node && previous.kind !== 'seed')
      if (status[previous.node] !== 'skipped') status[previous.node] = 'done';
    if (previous.parent !== undefined) {
      if (status[previous.parent] === 'receiving') status[previous.parent] = 'waiting';
      edges[previous.e] = previous.kind === 'unselected' ? '' : previous.lost ? 'lost' : 'done';
    }
    if (f.kind === 'value' || f.kind === 'input') {
      status[f.node] = i === k ? 'active' : 'computed';
      if (i > 1 && status[previous.node] === 'active') status[previous.node] = 'computed';
      for (const e of edgesOf[f.node]) edges[e] = i === k ? 'active' : '';
      for (const e of previous.node === undefined ? [] : edgesOf[previous.node]) edges[e] = '';
    } else if (f.kind === 'skip') {
      status[f.node] = 'skipped';
    } else if (f.kind === 'end') {
      for (let node = 0; node < N; node++) {
        if (!Object.is(f.adjoint[node], right.adjoint[node])) status[node] = 'wrong';
        else if (status[node] !== 'skipped') status[node] = 'done';
      }
    } else {
      if (i === seedFrame) status[ROOT] = 'active';
      grad[f.parent ?? f.node] = f.kind === 'unselected' ? grad[f.parent] : f.after;
      status[f.node] = 'active';
      if (f.kind === 'edge') {
        status[f.parent] = f.lost ? 'wrong' : 'receiving';
        edges[f.e] = 'flow';
      } else if (f.kind === 'unselected') edges[f.e] = 'active';
    }
  }
  return { status, grad, edges };
}

// What the line under the graph says of a frame: parts of text, and the change of the adjoint.
function described(f) {
  const name = data.names[f.node];
  const equals = (...parts) => parts.filter((part, i) => part && part !== parts[i - 1]).join(' = ');
  switch (f.kind) {
    case 'start':
      return { phase: 'Start', note: `${N} nodes`, line: 'First the values, from the inputs to the result; then the gradients, back again.', change: 'Step on with → or play.' };
    case 'input':
      return { phase: 'Forward', note: `${name} is an input`, line: `${name} = `, result: number(run.values[f.node]) };
    case 'value': {
      const template = data.formulas[f.node];
      return { phase: 'Forward', note: `${name} is computed from its operands`, line: `${equals(name, inNames(template, f.node), inNumbers(template, f.node))} = `, result: number(run.values[f.node]) };
    }
    case 'seed':
      return { phase: 'Backward', note: `the pass starts at ${name}`, line: `${total(ROOT)} = `, result: number(f.after), change: `Every other gradient is still unknown.` };
    case 'leaf':
      return { phase: 'Backward', note: `${name} is an input: nothing to pass on`, line: `${total(f.node)} = `, result: number(f.after), change: 'Complete: all shares have arrived.' };
    case 'skip':
      return { phase: 'Backward', note: `${name} is skipped`, line: `${total(f.node)} = `, result: '0', change: `No selected edge leads from ${data.names[ROOT]} to ${name}: it passes nothing on.` };
    case 'unselected':
      return { phase: 'Backward', note: `${name} did not select ${data.names[f.parent]}`, line: `${total(f.parent)} += nothing`, change: 'An unselected edge passes nothing on, whatever the adjoint is.' };
    case 'edge': {
      const formula = inNames(partialFormula(f.e), f.node);
      const local = formula ? `   with ${direct(f.node, f.parent)} = ${formula}` : '';
      return {
        phase: 'Backward', note: `${name} passes its share on to ${data.names[f.parent]}${f.lost ? ', too late' : ''}`,
        line: `${total(f.parent)} += ${total(f.node)} · ${direct(f.node, f.parent)} = ${number(f.adjoint)} · ${factor(run.partials[f.e])} = `,
        result: number(f.amount),
        change: `${total(f.parent)}: ${number(f.before)} → `, changeResult: number(f.after),
        more: f.lost ? `   but ${data.names[f.parent]} has had its turn: this share goes no further.` : local,
      };
    }
    default: {
      const leaves = f.adjoint.map((g, node) => [g, node]).filter(([, node]) => !edgesOf[node].length);
      const shown = leaves.slice(0, 8).map(([g, node]) => `${total(node)} = ${number(g ?? 0)}`).join(',   ');
      const isWrong = f.adjoint.some((g, node) => !Object.is(g, right.adjoint[node]));
      return { phase: 'Done', note: isWrong ? 'these gradients are wrong' : 'every gradient is complete', line: shown + (leaves.length > 8 ? ', …' : ''), change: `${frames.length - 1} steps, each edge once.` };
    }
  }
}

// Drawing a frame -----------------------------------------------------------------------------------------------------

const SVG = 'http://www.w3.org/2000/svg';
const picture = document.querySelector('.scroll svg');
picture.classList.add('live');
const nodeGroups = data.names.map((_, i) => byId(`n${i}`));
const nodeBase = nodeGroups.map((g) => g.getAttribute('class'));
const gradTexts = nodeGroups.map((g) => g.querySelector('.g'));
const valueTexts = nodeGroups.map((g) => g.querySelector('.v'));
const edgeGroups = data.edges.map((_, e) => byId(`e${data.drawn[e]}`));
const edgeBase = edgeGroups.map((g) => g.getAttribute('class'));
const shown = { status: [], grad: [], edges: [] };

function badge(node, sign) {
  const group = nodeGroups[node];
  group.querySelector('.badge')?.remove();
  if (!sign) return;
  const box = group.querySelector('rect');
  const make = (tag, attributes) => {
    const made = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const x = Number(box.getAttribute('x')) + Number(box.getAttribute('width'));
  const y = Number(box.getAttribute('y'));
  const made = make('g', { class: 'badge' });
  const text = make('text', { x, y: y + 4 });
  text.textContent = sign;
  made.append(make('circle', { cx: x, cy: y, r: 8 }), text);
  group.append(made);
}

function draw() {
  const state = stateAt(at);
  for (let node = 0; node < N; node++) {
    if (shown.status[node] !== state.status[node]) {
      nodeGroups[node].setAttribute('class', `${nodeBase[node]} ${state.status[node]}${node === chosen && tab === 'why' ? ' chosen' : ''}`);
      badge(node, SIGNS[state.status[node]]);
      shown.status[node] = state.status[node];
    }
    const text = number(state.status[node] === 'skipped' ? 0 : state.grad[node]);
    if (shown.grad[node] !== text) gradTexts[node].textContent = shown.grad[node] = text;
  }
  state.edges.forEach((status, e) => {
    if (shown.edges[e] === status) return;
    edgeGroups[e].setAttribute('class', `${edgeBase[e]} ${status}`);
    shown.edges[e] = status;
  });
  const f = frames[at];
  const text = described(f);
  byId('phase').textContent = text.phase;
  byId('note').textContent = text.note;
  byId('line').replaceChildren(text.line, element('span', { class: 'result' }, text.result ?? ''));
  byId('change').replaceChildren(text.change ?? '', element('span', { class: 'result' }, text.changeResult ?? ''), text.more ?? '');
  const slider = byId('slider');
  slider.value = at;
  slider.setAttribute('aria-valuetext', `${text.phase}: ${text.note}`);
  byId('counter').textContent = `${at} / ${frames.length - 1}`;
  byId('first').disabled = byId('back').disabled = at === 0;
  byId('next').disabled = byId('last').disabled = at === frames.length - 1;
  byId('turn').textContent = at < seedFrame ? '↩ Backward' : '↪ Forward';
  follow();
  panels[tab].update?.(state);
}

// Keep what happens in view, without moving the graph when it is; at the start that is the first node.
function follow() {
  const f = frames[at || 1];
  const box = byId('scroll');
  const group = f.node === undefined ? null : nodeGroups[f.parent ?? f.node];
  if (!group || (box.scrollWidth <= box.clientWidth + 1 && box.scrollHeight <= box.clientHeight + 1)) return;
  const frame = box.getBoundingClientRect();
  const place = group.getBoundingClientRect();
  const off = (low, high, start, end) => (low < start + 12 || high > end - 12 ? (low + high) / 2 - (start + end) / 2 : 0);
  box.scrollBy(off(place.left, place.right, frame.left, frame.right), off(place.top, place.bottom, frame.top, frame.bottom));
}
