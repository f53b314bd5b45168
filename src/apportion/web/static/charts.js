// Draws the charts of a page with Plotly, from the JSON beside each chart, in light or dark colours.
// Without this script, the tables of a page contain every figure.
"use strict";
(() => {
  const folder = document.currentScript.src.replace(/[^/]*$/, "");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const settings = { responsive: true, displayModeBar: false, showTips: false, doubleClick: false };
  const narrow = matchMedia("(max-width: 640px)");
  let darkColours = {};

  function load(address) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
  }

  // Figures have the colours of light mode; each has a counterpart in dark mode.
  function inDarkColours(value) {
    if (Array.isArray(value)) return value.map(inDarkColours);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inDarkColours(inner)]));
    }
    if (typeof value !== "string") return value;
    if (darkColours[value]) return darkColours[value];
    const transparent = /^rgba\((\d+),(\d+),(\d+),([\d.]+)\)$/.exec(value);
    if (!transparent || transparent[4] === "0") return value;
    const hex = "#" + transparent.slice(1, 4).map((n) => Number(n).toString(16).padStart(2, "0")).join("");
    const [r, g, b] = [1, 3, 5].map((at) => parseInt((darkColours[hex] || hex).slice(at, at + 2), 16));
    return `rgba(${r},${g},${b},${transparent[4]})`;
  }

  // Plotly adds inline styles for maps unless elements with these ids exist; the policy forbids them.
  function addPlaceholder(id) {
    const element = document.createElement("template");
    element.id = id;
    document.head.append(element);
  }

  function follow(link) {
    // Only pages of this server or folder: addresses of other hosts and scripts are ignored.
    const allowed = /^(\/[a-z]|[a-z]+-[\w.-]+\.html$)/;
    if (typeof link === "string" && allowed.test(link)) location.assign(link);
  }

  function draw(element) {
    const figure = JSON.parse(document.getElementById(element.dataset.chart).textContent);
    const shown = dark.matches ? inDarkColours(figure) : figure;
    if (narrow.matches) {
      for (const trace of shown.data) if (trace.type === "sankey") trace.textfont = { size: 10 };
    }
    return Plotly.react(element, shown.data, shown.layout, settings).then(() => {
      element.classList.add("drawn");
      if (element.hasClickHandler) return;
      element.hasClickHandler = true;
      // The custom data of a node are its link and its amount.
      element.on("plotly_click", (event) => follow([event.points[0]?.customdata].flat()[0]));
    });
  }

  async function begin() {
    const elements = [...document.querySelectorAll("[data-chart]")];
    if (!elements.length) return;
    await load(`${folder}palette.js`);
    darkColours = window.apportion.darkColours;
    for (const id of window.apportion.styleIds) addPlaceholder(id);
    await load(`${folder}plotly.js`);
    for (const element of elements) await draw(element);
    document.documentElement.dataset.charts = "drawn";
    dark.addEventListener("change", () => elements.forEach(draw));
  }

  // A click outside a menu closes it.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.documentElement.classList.add("js");
  begin();
})();
