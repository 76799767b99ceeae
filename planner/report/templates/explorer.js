"use strict";
(() => {
  const source = document.getElementById("pareto");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const points = data.points;
  const words = data.words;
  const chart = document.getElementById("chart");
  const picked = document.getElementById("picked");
  let current = data.picked;
  let drawnWidth = 0;
  document.getElementById("explorer").hidden = false;

  const html = (name, text, className) => {
    const node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    if (className) node.className = className;
    return node;
  };
  const svg = (name, attributes, parent, text) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    parent.append(node);
    return node;
  };

  // Round steps of an axis, about `count` of them over [low, high].
  const ticks = (low, high, count, least) => {
    const raw = (high - low) / count || 1;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = Math.max(least, [1, 2, 5, 10].find((m) => m * power >= raw) * power);
    const found = [];
    for (let n = Math.ceil(low / step); n * step <= high * (1 + 1e-9); n += 1) found.push(n * step + 0);  // no -0
    return found;
  };
  const number = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 2 });
  const reach = (values, share) => {
    const low = Math.min(...values);
    const high = Math.max(...values);
    const room = (high - low || Math.abs(high) || 1) * share;
    return [low - room, high + room];
  };

  const draw = () => {
    const width = Math.max(280, Math.round(chart.clientWidth));
    drawnWidth = width;
    const height = Math.round(Math.min(380, Math.max(250, width * 0.5)));
    const left = 64, right = 16, top = 30, bottom = 44;
    const [x0, x1] = reach(points.map((p) => p.x), 0.08);
    const costs = points.flatMap((p) => (p.bound === null ? [p.y] : [p.y, p.bound]));
    const [y0, y1] = reach(costs, 0.1);
    const x = (v) => left + ((v - x0) / (x1 - x0)) * (width - left - right);
    const y = (v) => height - bottom - ((v - y0) / (y1 - y0)) * (height - top - bottom);
    chart.replaceChildren();
    const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "radiogroup", "aria-label": `${data.x} / ${data.y}` }, chart);
    for (const v of ticks(y0, y1, 5, 0)) {
      svg("line", { class: "grid", x1: left, x2: width - right, y1: y(v), y2: y(v) }, root);
      svg("text", { x: left - 8, y: y(v) + 4, "text-anchor": "end" }, root, number(v));
    }
    for (const v of ticks(x0, x1, Math.min(7, width / 70), data.whole ? 1 : 0)) {
      svg("line", { class: "axis", x1: x(v), x2: x(v), y1: height - bottom, y2: height - bottom + 5 }, root);
      svg("text", { x: x(v), y: height - bottom + 19, "text-anchor": "middle" }, root, number(v));
    }
    svg("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }, root);
    svg("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle" }, root, data.x);
    svg("text", { x: 4, y: 16 }, root, data.y);
    svg("polyline", { class: "curve", points: points.filter((p) => !p.apart).map((p) => `${x(p.x)},${y(p.y)}`).join(" ") }, root);
    points.forEach((p, n) => {
      if (p.bound !== null) svg("line", { class: "gap", x1: x(p.x), x2: x(p.x), y1: y(p.y), y2: y(p.bound) }, root);
      const group = svg("g", { role: "radio", class: p.isPlan ? "plan" : "", "aria-label": `${p.name}: ${number(p.x)}, ${number(p.y)}` }, root);
      svg("circle", { class: "ring", cx: x(p.x), cy: y(p.y), r: 13 }, group);
      svg("circle", { class: "dot", cx: x(p.x), cy: y(p.y), r: 6 }, group);
      svg("title", {}, group, p.name);
      group.addEventListener("click", () => pick(n, true));
    });
    mark();
  };

  const mark = () => {
    chart.querySelectorAll('[role="radio"]').forEach((group, n) => {
      group.setAttribute("aria-checked", String(n === current));
      group.setAttribute("tabindex", n === current ? "0" : "-1");
    });
  };

  const changes = (title, lines, none) => {
    const box = html("div");
    box.append(html("h4", title));
    if (!lines.length) box.append(html("p", none, "note"));
    const list = html("ul");
    for (const [sign, what, how] of lines) {
      const item = html("li", undefined, { "+": "plus", "−": "minus" }[sign] || "tilde");
      item.append(html("bdi", what), how ? `, ${how}` : "");
      list.append(item);
    }
    if (lines.length) box.append(list);
    return box;
  };

  const roadmap = (steps) => {
    if (!steps.length) return html("p", words.no_steps, "note");
    const scroll = html("div", undefined, "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", words.its_roadmap);
    const table = html("table");
    const head = table.createTHead().insertRow();
    for (const [n, key] of ["year", "step", "invest", "size"].entries()) head.append(html("th", words[key], n === 2 ? "n" : ""));
    const body = table.createTBody();
    for (const step of steps) {
      const row = body.insertRow();
      for (const [n, cell] of step.entries()) row.append(html("td", cell, n === 2 ? "n" : ""));
    }
    scroll.append(table);
    return scroll;
  };

  const show = () => {
    const p = points[current];
    picked.replaceChildren();
    picked.className = p.isPlan ? "plan" : "";
    const title = html("h3");
    title.append(html("bdi", p.name));
    const facts = html("dl");
    for (const [name, value] of p.facts) {
      const box = html("div");
      box.append(html("dt", name), html("dd", value));
      facts.append(box);
    }
    const columns = html("div", undefined, "columns");
    columns.append(
      p.neighbour === null ? changes(words.first_point, [], "") : changes(p.neighbour, p.fromNeighbour, words.same),
      changes(words.from_chosen, p.fromPlan, p.isPlan ? words.this_plan : words.same),
    );
    picked.append(title, facts, columns, html("h4", words.its_roadmap), roadmap(p.steps));
  };

  const pick = (n, focus) => {
    current = n;
    mark();
    show();
    if (focus) chart.querySelectorAll('[role="radio"]')[n].focus();
  };

  chart.addEventListener("keydown", (event) => {
    const last = points.length - 1;
    const to = {
      ArrowRight: Math.min(last, current + 1),
      ArrowUp: Math.min(last, current + 1),
      ArrowLeft: Math.max(0, current - 1),
      ArrowDown: Math.max(0, current - 1),
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    pick(to, true);
  });

  draw();
  show();
  new ResizeObserver(() => {
    if (Math.max(280, Math.round(chart.clientWidth)) !== drawnWidth) draw();
  }).observe(chart);
})();
