"use strict";
(() => {
  const LETTER = 7.2, LINE = 15, FONT = 12;

  /* A map: every tile keeps where it lies in the whole; going in spreads a part over all of the drawing. */
  const mapOf = (figure) => {
    const svg = figure.querySelector("svg"), way = figure.querySelector(".way");
    const [, , W, H] = svg.getAttribute("viewBox").split(" ").map(Number);
    const number = (node, name) => Number(node.getAttribute(name));
    const area = (rect) => ["x", "y", "width", "height"].map((name) => number(rect, name));
    const tiles = [...svg.querySelectorAll(".tile")].map((node) => {
      const rects = [...node.querySelectorAll("rect")];
      return {
        node, rects, at: rects.map(area), depth: Number(node.dataset.depth), bytes: Number(node.dataset.bytes),
        name: node.dataset.name, told: node.querySelector("title").textContent,
        frame: node.classList.contains("frame"), text: node.querySelector("text"),
      };
    });
    const whole = { at: [[0, 0, W, H]], depth: 0, name: "whole image" };
    const stack = [whole];
    const inside = (one, other) => {
      const [x, y, w, h] = one, [a, b, c, d] = other, e = 0.02;
      return x >= a - e && y >= b - e && x + w <= a + c + e && y + h <= b + d + e;
    };
    /* So many units of the drawing are a pixel: labels are as large as the rest of the page, however wide it is. */
    const unit = () => W / (svg.getBoundingClientRect().width || W);
    const here = () => stack[stack.length - 1];
    const reachable = () => tiles
      .filter((tile) => tile.depth === here().depth + 1 && inside(tile.at[0], here().at[0]))
      .sort((one, other) => other.bytes - one.bytes);

    const label = (tile, [x, y, w, h], top) => {
      const words = tile.told.split(", ");
      const full = tile.name + " " + (words.find((each) => /^[\d.,]+ [kMGT]?i?B$/.test(each)) || "");
      const room = Math.floor((w - 6) / LETTER / unit());
      const shown = (tile.frame ? top : true) && room >= 3 && h >= LINE * unit();
      if (!tile.text) {
        if (!shown) return;
        tile.text = document.createElementNS("http://www.w3.org/2000/svg", "text");
        tile.node.append(tile.text);
      }
      tile.text.textContent = !shown ? "" : full.length <= room ? full : full.slice(0, room - 1) + "…";
      tile.text.setAttribute("x", x + 4);
      tile.text.setAttribute("y", tile.frame ? y + 15 * unit() : y + h - 5 * unit());
    };

    const place = () => {
      svg.setAttribute("font-size", FONT * unit());
      const [X, Y, w0, h0] = here().at[0], kx = W / w0, ky = H / h0;
      for (const tile of tiles) {
        const there = inside(tile.at[0], here().at[0]) && tile.depth > here().depth;
        tile.node.classList.toggle("out", !there);
        tile.node.removeAttribute("tabindex");
        tile.node.removeAttribute("role");
        if (!there) continue;
        tile.at.forEach(([x, y, w, h], index) => {
          const now = { x: (x - X) * kx, y: (y - Y) * ky, width: w * kx, height: h * ky };
          for (const name in now) tile.rects[index].setAttribute(name, now[name].toFixed(2));
        });
        const level = tile.depth - here().depth;
        for (const each of [1, 2, 3, 4]) tile.node.classList.toggle("d" + each, each === Math.min(level, 4));
        label(tile, area(tile.rects[0]), level === 1);
      }
      reachable().forEach((tile, index) => {
        tile.node.setAttribute("tabindex", index ? "-1" : "0");
        tile.node.setAttribute("role", tile.frame ? "button" : "img");
        tile.node.setAttribute("aria-label", tile.told);
      });
      way.replaceChildren(...stack.map((step, index) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = step.name;
        if (index === stack.length - 1) button.setAttribute("aria-current", "true");
        button.addEventListener("click", () => { stack.length = index + 1; place(); });
        return button;
      }));
      way.hidden = stack.length < 2;
    };

    const goIn = (tile) => {
      if (!tile || !tile.frame) return;
      stack.push(tile);
      place();
      const first = reachable()[0];
      if (first) first.node.focus();
    };
    const goOut = () => {
      if (stack.length < 2) return;
      const left = stack.pop();
      place();
      left.node.focus();
    };
    const step = (by) => {
      const all = reachable(), at = all.findIndex((tile) => tile.node === document.activeElement);
      const next = all[(at + by + all.length) % all.length];
      if (!next) return;
      all.forEach((tile) => tile.node.setAttribute("tabindex", tile === next ? "0" : "-1"));
      next.node.focus();
    };

    svg.setAttribute("role", "group");
    svg.addEventListener("click", (event) => {
      const node = event.target.closest(".tile"), tile = tiles.find((each) => each.node === node);
      if (tile) goIn(reachable().find((each) => each.frame && inside(tile.at[0], each.at[0])));
    });
    svg.addEventListener("keydown", (event) => {
      const keys = {
        Enter: () => goIn(tiles.find((tile) => tile.node === document.activeElement)),
        Escape: goOut, Backspace: goOut, ArrowRight: () => step(1), ArrowDown: () => step(1),
        ArrowLeft: () => step(-1), ArrowUp: () => step(-1),
      };
      keys[" "] = keys.Enter;
      if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
    });
    place();
    addEventListener("resize", place);
    for (const input of document.getElementsByName("by")) input.addEventListener("change", place);
    return tiles;
  };

  const maps = [...document.querySelectorAll(".map")].map(mapOf);
  const rows = [...document.querySelectorAll("tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const search = document.getElementById("search"), found = document.getElementById("found");
  search.closest(".search").hidden = false;
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (text) => words.every((word) => text.includes(word));
    let tiles = 0, lines = 0;
    maps.forEach((map, index) => map.forEach((tile) => {
      if (tile.frame) return;
      const hit = fits(tile.told.toLowerCase());
      tile.node.classList.toggle("faded", !hit);
      if (hit && index === 0) tiles += 1;
    }));
    rows.forEach((row, index) => {
      row.hidden = !fits(texts[index]);
      if (!row.hidden) lines += 1;
    });
    found.textContent = words.length ? `${tiles} in the map by folder, ${lines} rows of tables` : "";
  });
})();
