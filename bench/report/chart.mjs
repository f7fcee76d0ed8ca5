// Orders per second by clients as an SVG of two panels, drawn by hand: no library for two dozen lines.
import { figure } from './table.mjs';

const PANELS = [
  { scenario: 'hot', title: 'One product that everybody wants' },
  { scenario: 'spread', title: 'One of 1,000 products' },
];
const CLIENTS = [1, 32, 128];
/** Colours that colour-blind people can distinguish (Okabe and Ito). */
const COLOURS = new Map([
  ['service', '#0072b2'],
  ['two-workers', '#e69f00'],
  ['groups-of-one', '#d55e00'],
  ['sql', '#009e73'],
  ['bare', '#cc79a7'],
  ['pipeline', '#7f7f7f'],
]);

const PANEL = { width: 380, height: 260, gap: 80, left: 60, top: 40 };
const WIDTH = PANEL.left + PANELS.length * PANEL.width + PANEL.gap + 30;
const HEIGHT = PANEL.top + PANEL.height + 80;
const GRID_LINES = 5;

/** @typedef {import('./medians.mjs').Medians} Medians */

/** @param {Medians} medians @returns {string} */
export function drawChart(medians) {
  const panels = PANELS.map((panel, index) => drawPanel(medians, panel, index));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" ` +
      'font-size="12">',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...panels,
    drawLegend(),
    '</svg>\n',
  ].join('\n');
}

/** @param {Medians} medians @param {{ scenario: string, title: string }} panel @param {number} index */
function drawPanel(medians, { scenario, title }, index) {
  const lines = [...COLOURS].map(([contender, colour]) => ({
    colour,
    rates: CLIENTS.map((clients) => medians.find(scenario, contender, clients)?.perSecond),
  }));
  const top = niceCeiling(Math.max(1, ...lines.flatMap(({ rates }) => rates.map((rate) => rate ?? 0))));
  const x = (/** @type {number} */ step) => (PANEL.width * (step + 0.5)) / CLIENTS.length;
  const y = (/** @type {number} */ rate) => PANEL.height * (1 - rate / top);
  const left = PANEL.left + index * (PANEL.width + PANEL.gap);
  return [
    `<g transform="translate(${left} ${PANEL.top})">`,
    `<text x="${PANEL.width / 2}" y="-16" text-anchor="middle" font-weight="bold">${title}, orders/s</text>`,
    ...gridLines(top, y),
    ...CLIENTS.map((clients, step) =>
      label(x(step), PANEL.height + 18, 'middle', `${clients} ${clients === 1 ? 'client' : 'clients'}`),
    ),
    // The service last, so that no other line covers its own.
    ...lines.toReversed().map(({ colour, rates }) => drawLine(colour, rates, x, y)),
    '</g>',
  ].join('\n');
}

/** @param {number} top @param {(rate: number) => number} y */
function gridLines(top, y) {
  return Array.from({ length: GRID_LINES + 1 }, (_, step) => {
    const rate = (top * step) / GRID_LINES;
    const line = `<line x1="0" x2="${PANEL.width}" y1="${round(y(rate))}" y2="${round(y(rate))}" stroke="#dddddd"/>`;
    return line + label(-8, y(rate) + 4, 'end', figure(rate, 0));
  });
}

/**
 * @param {string} colour @param {(number | undefined)[]} rates
 * @param {(step: number) => number} x @param {(rate: number) => number} y
 */
function drawLine(colour, rates, x, y) {
  const points = rates.flatMap((rate, step) =>
    rate === undefined ? [] : [{ x: round(x(step)), y: round(y(rate)) }],
  );
  const path = points.map((point) => `${point.x},${point.y}`).join(' ');
  const dots = points.map((point) => `<circle cx="${point.x}" cy="${point.y}" r="3.5" fill="${colour}"/>`);
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`;
}

function drawLegend() {
  const y = HEIGHT - 18;
  const entries = [...COLOURS].map(([contender, colour], index) => {
    const x = PANEL.left + index * 160;
    return (
      `<rect x="${x}" y="${y - 9}" width="18" height="4" ` +
      `fill="${colour}"/>${label(x + 24, y - 3, 'start', contender)}`
    );
  });
  return entries.join('\n');
}

/** @param {number} x @param {number} y @param {'start' | 'middle' | 'end'} anchor @param {string} text */
const label = (x, y, anchor, text) =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${text}</text>`;

const round = (/** @type {number} */ value) => Math.round(value * 10) / 10;

/** The next of 1, 2, 2.5, 5 and 10 times a power of ten. @param {number} value */
function niceCeiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5].find((step) => step * power >= value) ?? 10) * power;
}
