// Shows the figures of a page: Plotly draws what stands beside each chart as JSON, in the colours of
// the reader's scheme. Without this file the page has every figure in tables.
"use strict";
(() => {
  const beside = document.currentScript.src.replace(/[^/]*$/, "");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const settings = { responsive: true, displayModeBar: false, showTips: false, doubleClick: false };
  const narrow = matchMedia("(max-width: 640px)");
  let onDark = {};

  function load(address) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
  }

  // A figure is made in colours for light grounds; each has one that stands for it on dark ones.
  function coloured(value) {
    if (Array.isArray(value)) return value.map(coloured);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, coloured(inner)]));
    }
    if (typeof value !== "string") return value;
    if (onDark[value]) return onDark[value];
    const faint = /^rgba\((\d+),(\d+),(\d+),([\d.]+)\)$/.exec(value);
    if (!faint || faint[4] === "0") return value;
    const hex = "#" + faint.slice(1, 4).map((n) => Number(n).toString(16).padStart(2, "0")).join("");
    const [r, g, b] = [1, 3, 5].map((at) => parseInt((onDark[hex] || hex).slice(at, at + 2), 16));
    return `rgba(${r},${g},${b},${faint[4]})`;
  }

  // Plotly looks for these ids before it writes a style for maps, which our policy would refuse.
  function hold(id) {
    const place = document.createElement("template");
    place.id = id;
    document.head.append(place);
  }

  function follow(link) {
    // Only pages of ours, of a server or of a folder: an address of another host, or a script, is
    // followed nowhere.
    const ours = /^(\/[a-z]|[a-z]+-[\w.-]+\.html$)/;
    if (typeof link === "string" && ours.test(link)) location.assign(link);
  }

  function draw(place) {
    const figure = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    const shown = dark.matches ? coloured(figure) : figure;
    if (narrow.matches) {
      for (const trace of shown.data) if (trace.type === "sankey") trace.textfont = { size: 10 };
    }
    return Plotly.react(place, shown.data, shown.layout, settings).then(() => {
      place.classList.add("drawn");
      if (place.followed) return;
      place.followed = true;
      // A node's data are its link and its amount.
      place.on("plotly_click", (event) => follow([event.points[0]?.customdata].flat()[0]));
    });
  }

  async function begin() {
    const places = [...document.querySelectorAll("[data-chart]")];
    if (!places.length) return;
    await load(`${beside}palette.js`);
    onDark = window.apportion.onDark;
    for (const id of window.apportion.held) hold(id);
    await load(`${beside}plotly.js`);
    for (const place of places) await draw(place);
    document.documentElement.dataset.charts = "drawn";
    dark.addEventListener("change", () => places.forEach(draw));
  }

  // A menu closes when one looks elsewhere.
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
  document.documentElement.classList.add("scripted");
  begin();
})();
