/** Draws the table of days: the numbers are read from it, so that there is one truth, and whoever cannot see a chart reads the same. */
import uPlot from "../vendor/uplot-1.6.32/uPlot.esm.js";

const HEIGHT = 220;
const DAY = 86_400;
const dark = matchMedia("(prefers-color-scheme: dark)");
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Days as seconds, and a column of numbers; a day without one is a gap. */
function column(table, name) {
  const at = [...table.tHead.rows[0].cells].findIndex((cell) => cell.dataset.column === name);
  return [...table.tBodies[0].rows].map((row) => (row.cells[at].dataset.value === "" ? null : Number(row.cells[at].dataset.value)));
}

const days = (table) => [...table.tBodies[0].rows].map((row) => Date.parse(`${row.cells[0].textContent}T00:00Z`) / 1000);

const label = (table, name) => table.querySelector(`[data-column="${name}"]`).textContent;

function draw(place, table) {
  const names = place.dataset.columns.split(" ");
  const [first, second] = ["accent", "warm"].map(colour);
  const axis = { stroke: colour("ink-2"), grid: { stroke: colour("line") }, ticks: { stroke: colour("line") } };
  const line = (name, i) => ({ label: label(table, name), stroke: i ? second : first, width: 2, points: { show: true, size: 6, fill: i ? second : first }, spanGaps: false });
  const options = {
    width: place.clientWidth,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    // A single day stands in the middle.
    scales: { x: { range: (_, first, last) => [first - DAY, last + DAY] }, y: { range: (_, __, most) => [0, Math.max(1, most) * 1.1] } },
    series: [{ label: "Day", value: "{YYYY}-{MM}-{DD}" }, ...names.map(line)],
    axes: [axis, { ...axis, size: 46 }],
  };
  return new uPlot(options, [days(table), ...names.map((name) => column(table, name))], place);
}

const table = document.getElementById("days");
if (table) {
  const box = document.querySelector(".charts");
  box.hidden = false;
  const places = [...box.querySelectorAll("[data-chart]")];
  let drawn = [];
  const again = () => {
    drawn.forEach((chart) => chart.destroy());
    drawn = places.map((place) => draw(place, table));
  };
  again();
  dark.addEventListener("change", again);
  // A window that changes its width changes the charts; their own height does not call this again.
  new ResizeObserver(() => drawn.forEach((chart, i) => chart.width !== places[i].clientWidth && chart.setSize({ width: places[i].clientWidth, height: HEIGHT }))).observe(box);
}
