// Draws a chart above each table, from what the table says. The tables stay: they are the same in words.

import "./site.js";
import { all } from "./core/dom.js";

/** @typedef {import("chart.js").Chart} Chart */

/** @type {Map<HTMLElement, Chart>} */
const drawn = new Map();

const colours = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6"];

/** @param {string} name */
const colour = (name) => {
  // A custom property is not computed, so an element has to use it.
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

/** @param {HTMLTableElement} table */
function read(table) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent?.trim() ?? "");
  const rows = [...(table.tBodies[0]?.rows ?? [])];
  const columns = [...(rows[0]?.cells ?? [])].flatMap((cell, number) => ("value" in cell.dataset ? [number] : []));
  return {
    labels: rows.map((row) => row.cells[0]?.textContent?.trim() ?? ""),
    series: columns.map((column) => ({
      name: heads[column] ?? "",
      values: rows.map((row) => Number(row.cells[column]?.dataset.value)),
      texts: rows.map((row) => row.cells[column]?.textContent?.trim() ?? ""),
    })),
  };
}

/**
 * @param {typeof import("chart.js").Chart} library
 * @param {HTMLElement} plot
 * @param {HTMLTableElement} table
 */
function draw(library, plot, table) {
  drawn.get(plot)?.destroy();
  const { labels, series } = read(table);
  const isLine = table.dataset.chart === "line";
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  plot.replaceChildren(canvas);
  const [text, line, ground] = [colour("--text-2"), colour("--line"), colour("--raised")];
  const font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
  const numbers = { beginAtZero: true, grid: { color: line }, border: { display: false }, ticks: { color: text, font, maxTicksLimit: 5 } };
  const names = { grid: { display: false }, ticks: { color: text, font, maxRotation: 0, autoSkipPadding: 16 } };
  drawn.set(plot, new library(canvas, {
    type: isLine ? "line" : "bar",
    data: {
      labels,
      datasets: series.map(({ name, values }, number) => {
        const shade = colour(colours[number % colours.length] ?? "--chart-1");
        return {
          label: name, data: values, backgroundColor: shade, borderColor: shade, borderWidth: isLine ? 2 : 0,
          borderRadius: 2, maxBarThickness: 20, pointRadius: 0, pointHitRadius: 12, tension: 0.2,
        };
      }),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      indexAxis: isLine ? "x" : "y",
      interaction: isLine ? { mode: "index", intersect: false } : { mode: "nearest", axis: "y", intersect: false },
      scales: isLine ? { x: names, y: numbers } : { x: numbers, y: { ...names, ticks: { ...names.ticks, autoSkip: false } } },
      plugins: {
        tooltip: {
          backgroundColor: ground, titleColor: colour("--text"), bodyColor: text, borderColor: line, borderWidth: 1,
          titleFont: font, bodyFont: font,
          callbacks: {
            /** @param {{ datasetIndex: number, dataIndex: number }} item */
            label: ({ datasetIndex, dataIndex }) => {
              const { name, texts } = series[datasetIndex] ?? { name: "", texts: [] };
              return `${name}: ${texts[dataIndex] ?? ""}`;
            },
          },
        },
      },
    },
  }));
  plot.dataset.drawn = "";
}

const plots = all("[data-plot]").flatMap((plot) => {
  const table = plot.parentElement?.querySelector("table");
  return table instanceof HTMLTableElement ? [{ plot, table }] : [];
});

if (plots.length > 0) {
  try {
    const { Chart: library } = await import("./analytics/library.js");
    for (const { plot, table } of plots) draw(library, plot, table);
    // The colours are those of the theme.
    const redraw = () => {
      for (const { plot, table } of plots) draw(library, plot, table);
    };
    new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  } catch {
    // Without the library the tables say it all.
    for (const { plot } of plots) plot.remove();
  }
}
