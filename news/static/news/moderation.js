/* The moderators' desk: keys, decisions without leaving the page, and who works on what.

   Without this script every decision works by its form. Letters act only where the account has
   not switched shortcuts off, and never while somebody types. */
(() => {
  "use strict";

  const PRESENCE_MS = 15000;
  const root = document.querySelector("[data-desk-queue]");
  const detail = document.querySelector("[data-desk-page]");

  function token() {
    const field = document.querySelector("[name=csrfmiddlewaretoken]");
    return field ? field.value : "";
  }

  async function post(url, values) {
    const body = new URLSearchParams(values);
    body.set("csrfmiddlewaretoken", token());
    const response = await fetch(url, {
      method: "POST",
      body,
      credentials: "same-origin",
      headers: { Accept: "application/json" },
    });
    const type = response.headers.get("Content-Type") || "";
    if (!type.includes("json")) throw new Error(String(response.status));
    return response.json();
  }

  function isTyping(target) {
    return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog, [role=dialog]");
  }

  function showClaim(place, name) {
    const claim = place.querySelector("[data-desk-claim]");
    if (!claim) return;
    claim.hidden = !name;
    claim.querySelector("[data-desk-claim-name]").textContent = name || "";
  }

  /* Texts that belong to a reason fill the field until somebody types another. */
  function fillText(form, reason, field, canned, language) {
    if (field.dataset.typed) return;
    field.value = (canned[language] || {})[reason] || "";
    form.dispatchEvent(new Event("change"));
  }

  function startQueue() {
    const canned = JSON.parse(root.dataset.canned);
    const status = document.querySelector("[data-desk-status]");
    const dialog = document.querySelector("[data-desk-dialog]");
    const form = dialog.querySelector("form");
    const hasKeys = root.dataset.keys === "on";
    const undone = JSON.parse(sessionStorage.getItem("desk-undo") || "[]");
    let asked = null;
    // What was typed about a comment and did not reach anybody, by row.
    const unsent = new Map();

    const rows = () => [...document.querySelectorAll("[data-desk-comment]")];
    const left = () => rows().filter((row) => !row.dataset.done);
    // What is on its way to the server is no longer asked about.
    const open = () => left().filter((row) => !row.dataset.busy);
    const current = () => document.querySelector("[data-desk-comment][data-current]");
    const say = (text) => {
      status.textContent = text;
    };

    function choose(row, { focus = true } = {}) {
      const before = current();
      if (before) delete before.dataset.current;
      if (!row) return;
      row.dataset.current = "";
      if (focus) {
        row.focus({ preventScroll: true });
        row.scrollIntoView({ block: "nearest" });
      }
      tell();
    }

    function step(by) {
      const all = open();
      if (!all.length) return;
      const index = all.indexOf(current());
      choose(all[Math.min(Math.max(index + by, 0), all.length - 1)] || all[0]);
    }

    function nextAfter(row) {
      const all = rows();
      const later = open().find((other) => all.indexOf(other) > all.indexOf(row));
      return later || open()[0];
    }

    function remember(url, pk) {
      undone.push({ url, pk });
      sessionStorage.setItem("desk-undo", JSON.stringify(undone.slice(-20)));
    }

    async function decide(row, verb, said = {}) {
      if (row.dataset.busy || row.dataset.done) return;
      row.dataset.busy = "1";
      const next = nextAfter(row);
      if (next) choose(next);
      try {
        const answer = await post(row.dataset.decideUrl, {
          verb,
          seen: row.dataset.version,
          ...said,
        });
        say(answer.message);
        row.dataset.version = answer.version;
        if (answer.retry) {
          unsent.set(row, said);
          choose(row);
        } else if (!answer.done) {
          showResult(row, answer.message, "");
          showUnsent(row, said);
        } else {
          unsent.delete(row);
          showResult(row, answer.message, answer.undo);
          if (answer.undo) remember(answer.undo, row.dataset.deskComment);
        }
        if (!left().length) loadMore();
      } catch (error) {
        say(root.dataset.failed);
        if (said.reason) unsent.set(row, said);
        choose(row);
      } finally {
        delete row.dataset.busy;
      }
    }

    function showResult(row, message, undo) {
      row.dataset.done = "1";
      const done = row.querySelector("[data-desk-done]");
      done.hidden = false;
      done.textContent = message;
      if (!undo) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-small button-secondary";
      button.textContent = root.dataset.undo;
      button.addEventListener("click", () => takeBack(undo, row.dataset.deskComment));
      done.append(button);
    }

    /* Somebody else decided: what was typed has no place any more, but it is not lost. */
    function showUnsent(row, said) {
      const words = [said.text, said.ground, said.note].filter(Boolean).join("\n\n");
      if (!words) return;
      const label = document.createElement("label");
      const field = document.createElement("textarea");
      label.textContent = root.dataset.unsent;
      field.readOnly = true;
      field.rows = 3;
      field.value = words;
      label.append(field);
      row.querySelector("[data-desk-done]").append(label);
    }

    async function takeBack(url, pk) {
      try {
        const answer = await post(url, {});
        say(answer.message);
        const index = undone.findIndex((entry) => entry.url === url);
        if (index >= 0) undone.splice(index, 1);
        sessionStorage.setItem("desk-undo", JSON.stringify(undone));
        const row = rows().find((other) => other.dataset.deskComment === pk);
        if (!row) return;
        // The row's version is another now; the page itself knows it best.
        sessionStorage.setItem("desk-current", pk);
        window.location.reload();
      } catch (error) {
        say(root.dataset.failed);
      }
    }

    function loadMore() {
      say(root.dataset.empty);
      sessionStorage.setItem("desk-current", "first");
      window.location.reload();
    }

    /* What could not be sent is still there when the same comment is tried again. */
    function fillAgain(said) {
      ["reason", "text", "ground", "note"].forEach((name) => {
        form.elements[name].value = said[name] || "";
      });
      form.elements.tells.checked = "tells" in said;
      form.elements.text.dataset.typed = "1";
      form.dataset.touched = "1";
    }

    function askReason(row, verb, label) {
      asked = { row, verb };
      form.reset();
      delete form.elements.text.dataset.typed;
      delete form.dataset.touched;
      if (unsent.has(row)) fillAgain(unsent.get(row));
      dialog.querySelector("[data-desk-send]").textContent = label;
      dialog.querySelector("[data-desk-dialog-title]").textContent = label;
      dialog.showModal();
      form.querySelector("input[type=radio]").focus();
    }

    function send() {
      const data = new FormData(form);
      if (!data.get("reason") || !asked) return;
      const { row, verb } = asked;
      asked = null;
      dialog.close();
      decide(row, verb, Object.fromEntries(data));
    }

    function act(key) {
      const row = current();
      if (!row) return;
      const button = row.querySelector(`[data-desk-key="${key}"]`);
      if (button) run(row, button);
    }

    function run(row, button) {
      const verb = button.dataset.deskVerb;
      if ("deskAsks" in button.dataset) askReason(row, verb, button.textContent.trim());
      else decide(row, verb);
    }

    const KEYS = {
      j: () => step(1),
      k: () => step(-1),
      a: () => act("a"),
      r: () => act("r"),
      s: () => act("s"),
      x: () => {
        const row = current();
        const box = row && row.closest("tr").querySelector("[data-bulk-action-checkbox]");
        if (box) box.click();
      },
      o: () => {
        const row = current();
        if (row) window.location.href = row.dataset.inspectUrl;
      },
      u: () => {
        const last = undone[undone.length - 1];
        if (last) takeBack(last.url, last.pk);
      },
    };

    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (dialog.open) {
        if (hasKeys && /^[0-9]$/.test(event.key) && !event.target.matches("textarea, [type=text]")) {
          const radios = form.querySelectorAll("input[type=radio]");
          const radio = radios[(Number(event.key) + 9) % 10];
          if (!radio) return;
          event.preventDefault();
          radio.checked = true;
          send();
        }
        return;
      }
      if (!hasKeys || isTyping(event.target) || document.querySelector("dialog[open]")) return;
      const key = KEYS[event.key.toLowerCase()];
      if (!key || event.repeat) return;
      event.preventDefault();
      key();
    });

    document.addEventListener("focusin", (event) => {
      const row = event.target.closest("[data-desk-comment]");
      if (row && row !== current() && !row.dataset.done) choose(row, { focus: false });
    });

    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-desk-verb]");
      const row = button && button.closest("[data-desk-comment]");
      if (!row || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      run(row, button);
    });

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send();
    });
    form.addEventListener("change", (event) => {
      if (event.target.name !== "reason" || !asked) return;
      fillText(form, event.target.value, form.elements.text, canned, asked.row.dataset.language);
    });
    form.elements.text.addEventListener("input", (event) => {
      event.target.dataset.typed = "1";
    });
    form.addEventListener("input", (event) => {
      if (event.target.matches("textarea, [type=text]")) form.dataset.touched = "1";
    });
    dialog.querySelector("[data-desk-cancel]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      // Closed without sending: what was typed is there when it is opened again.
      if (asked && form.dataset.touched) {
        unsent.set(asked.row, Object.fromEntries(new FormData(form)));
      }
      asked = null;
      const row = current();
      if (row) row.focus({ preventScroll: true });
    });

    let waiting = 0;
    function tell() {
      clearTimeout(waiting);
      waiting = setTimeout(look, 300);
    }

    async function look() {
      const shown = open();
      if (!shown.length || document.hidden) return;
      const row = current();
      try {
        const answer = await post(root.dataset.presenceUrl, {
          shown: shown.map((other) => other.dataset.deskComment).join(","),
          current: row ? row.dataset.deskComment : "",
        });
        shown.forEach((other) => showClaim(other, answer.others[other.dataset.deskComment]));
      } catch (error) {
        /* Presence is advice; the next beat tries again. */
      }
    }

    setInterval(look, PRESENCE_MS);
    const wanted = sessionStorage.getItem("desk-current");
    sessionStorage.removeItem("desk-current");
    if (wanted) choose(rows().find((row) => row.dataset.deskComment === wanted) || open()[0]);
    else choose(open()[0], { focus: false });
  }

  function startDetail() {
    const canned = JSON.parse(detail.dataset.canned);
    document.querySelectorAll("[data-desk-says]").forEach((form) => {
      const { reason, text } = form.elements;
      if (!reason || !text) return;
      const own = (canned[form.dataset.language] || {})[reason.value];
      if (text.value && text.value !== own) text.dataset.typed = "1";
      text.addEventListener("input", () => {
        text.dataset.typed = "1";
      });
      reason.addEventListener("change", () =>
        fillText(form, reason.value, text, canned, form.dataset.language),
      );
    });
    const cut = document.querySelector("[data-desk-cut]");
    if (cut) startCut(cut);
    const look = async () => {
      if (document.hidden) return;
      try {
        const pk = detail.dataset.comment;
        const answer = await post(detail.dataset.presenceUrl, { shown: pk, current: pk });
        showClaim(detail, answer.others[pk]);
      } catch (error) {
        /* Presence is advice; the next beat tries again. */
      }
    };
    setInterval(look, PRESENCE_MS);
    look();
  }

  function startCut(place) {
    const field = place.querySelector("textarea");
    const button = place.querySelector("[data-desk-mark]");
    button.hidden = false;
    button.addEventListener("click", () => {
      const { selectionStart: from, selectionEnd: to, value } = field;
      if (from === to) return field.focus();
      const { start, end } = place.dataset;
      field.value = value.slice(0, from) + start + value.slice(from, to) + end + value.slice(to);
      field.focus();
      return field.setSelectionRange(to + start.length + end.length, to + start.length + end.length);
    });
  }

  if (root) startQueue();
  if (detail) startDetail();
})();
