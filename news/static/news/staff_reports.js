// Charts by keyboard and pointer, readers now without reload, a sign of life on slow pages.
(() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const REFRESH_MS = 30_000;
  const WAIT_MS = 150;

  for (const figure of document.querySelectorAll("[data-chart]")) {
    const frame = figure.querySelector("[data-chart-frame]");
    const value = figure.querySelector("[data-chart-value]");
    const heads = [...figure.querySelectorAll("[data-chart-table] thead th")];
    const rows = [...figure.querySelectorAll("[data-chart-table] tbody tr")];
    const plot = frame.querySelector(".plot");
    const ground = plot?.querySelector("rect.background");
    if (!ground || !rows.length) continue;
    const width = +ground.getAttribute("width");
    const isBars = Boolean(frame.querySelector(".bars"));
    const inner = isBars ? width : width / 1.04;
    const step = inner / (isBars ? rows.length : Math.max(1, rows.length - 1));
    const start = (width - inner) / 2 + (isBars ? step / 2 : 0);
    const line = document.createElementNS(SVG, "line");
    line.setAttribute("class", "cursor");
    line.setAttribute("y2", ground.getAttribute("height"));
    let at = -1;
    // on a phone a chart is wider than its frame: what is newest is seen first
    frame.scrollLeft = frame.scrollWidth;

    const show = (number) => {
      at = Math.max(0, Math.min(rows.length - 1, number));
      const x = start + step * at;
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
      plot.append(line);
      const cells = [...rows[at].children].map((cell) => cell.textContent.trim());
      value.textContent = cells[0] + " – " + cells.slice(1)
        .map((cell, column) => cell && `${heads[column + 1].textContent.trim()}: ${cell}`)
        .filter(Boolean).join(" · ");
    };
    const hide = () => {
      line.remove();
      value.textContent = "";
    };

    frame.addEventListener("keydown", (event) => {
      const moves = {
        ArrowRight: at + 1, ArrowLeft: at < 0 ? rows.length - 1 : at - 1,
        Home: 0, End: rows.length - 1,
      };
      if (event.key === "Escape") hide();
      if (!(event.key in moves)) return;
      event.preventDefault();
      show(moves[event.key]);
    });
    frame.addEventListener("blur", hide);
    frame.addEventListener("pointerleave", hide);
    frame.addEventListener("pointermove", (event) => {
      const box = ground.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width * width;
      show(Math.round((x - start) / step));
    });
  }

  for (const place of document.querySelectorAll("[data-refresh]")) {
    setInterval(async () => {
      if (document.hidden) return;
      const answer = await fetch(place.dataset.refresh).catch(() => null);
      if (!answer?.ok || answer.redirected) return;
      const text = await answer.text();
      if (text !== place.innerHTML) place.innerHTML = text;
    }, REFRESH_MS);
  }

  // Countries are counted by their code; the browser knows what they are called.
  const countries = new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "region" });
  for (const head of document.querySelectorAll("[data-countries] tbody th")) {
    const text = head.firstChild;
    const code = text?.textContent.trim() ?? "";
    if (/^[A-Z]{2}$/.test(code)) text.textContent = countries.of(code);
  }

  // Names to choose from come as they are typed: there may be hundreds.
  for (const input of document.querySelectorAll("[data-options]")) {
    const list = document.getElementById(input.getAttribute("list"));
    let asked = null;
    let timer;
    const fill = async () => {
      const text = input.value.trim();
      if (asked === text) return;
      asked = text;
      const address = `${input.dataset.options}?q=${encodeURIComponent(text)}`;
      const answer = await fetch(address).catch(() => null);
      if (!answer?.ok || answer.redirected || asked !== text) return;
      const { names } = await answer.json();
      list.replaceChildren(...names.map((name) => {
        const option = document.createElement("option");
        option.value = name;
        return option;
      }));
    };
    input.addEventListener("focus", fill);
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(fill, WAIT_MS);
    });
  }

  // The next page takes as long as it takes; the style sheet waits a moment before it says so.
  const report = document.querySelector("[data-staff-report]");
  const busy = () => report?.setAttribute("aria-busy", "true");
  report?.addEventListener("submit", busy);
  report?.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (link && isPlain && !/[?&]export=/.test(link.href)) busy();
  });
  addEventListener("pageshow", () => report?.removeAttribute("aria-busy"));
})();
