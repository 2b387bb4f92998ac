/* The moderators' desk: keys, decisions without leaving the page, and who works on what.

   Without this script every decision works by its form. Letters act only where the account has
   not switched shortcuts off, and never while somebody types. */
(() => {
  "use strict";

  const PRESENCE_MS = 15000;
  const RETRY_MS = [500, 3000];
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
      // What is on its way arrives even if the moderator opens another page now.
      keepalive: true,
      headers: { Accept: "application/json" },
    });
    const type = response.headers.get("Content-Type") || "";
    if (type.includes("json")) return response.json();
    const error = new Error(String(response.status));
    error.isFinal = response.status < 500;
    throw error;
  }

  /* A server that restarts or a network that stumbles costs nobody a decision. The server knows
     an act it has carried out already by its number. */
  async function postAgain(url, values) {
    const act = { act: newNumber(), ...values };
    for (const pause of RETRY_MS) {
      try {
        return await post(url, act);
      } catch (error) {
        if (error.isFinal) throw error;
        await new Promise((resume) => setTimeout(resume, pause));
      }
    }
    return post(url, act);
  }

  function newNumber() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
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
    const problems = document.querySelector("[data-desk-problems]");
    const dialog = document.querySelector("[data-desk-dialog]");
    const form = dialog.querySelector("form");
    const hasKeys = root.dataset.keys === "on";
    const isQueue = root.dataset.queue === "on";
    const undone = JSON.parse(sessionStorage.getItem("desk-undo") || "[]");
    let asked = null;
    let loading = Promise.resolve();
    const sending = new Set();
    // Keys typed while a decision is taken back: they are about the comment that comes back.
    let isTakingBack = false;
    const held = [];
    // What was typed about a comment and did not reach anybody, by the comment's number.
    const unsent = new Map();

    const rows = () => [...document.querySelectorAll("[data-desk-comment]")];
    const left = () => rows().filter((row) => !row.dataset.done);
    // What is on its way to the server is no longer asked about.
    const open = () => left().filter((row) => !row.dataset.busy);
    const current = () => document.querySelector("[data-desk-comment][data-current]");
    const isDigit = (key) => /^[0-9]$/.test(key);
    const numberOf = (row) => row.dataset.deskComment;
    // The list may have been loaded again since a row was asked about.
    const shownFor = (row) => rows().find((other) => numberOf(other) === numberOf(row)) || row;
    const isOpen = (row) => Boolean(row) && row.isConnected && !row.dataset.done && !row.dataset.busy;
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

    /* In the order of the keys; answers may overtake each other. */
    function remember(url, pk, at) {
      undone.push({ url, pk, at });
      undone.sort((one, other) => one.at - other.at);
      sessionStorage.setItem("desk-undo", JSON.stringify(undone.slice(-20)));
    }

    /* The next comment is there at once; what was decided reaches the server meanwhile. However
       that ends, it leaves the moderator where they are: keys typed since then are about the
       comment they look at. What could not be done says so in its row and comes up again. */
    function decide(row, verb, said = {}) {
      const sent = carryOut(row, verb, said, Date.now()).finally(() => sending.delete(sent));
      sending.add(sent);
    }

    async function carryOut(row, verb, said, at) {
      row.dataset.busy = "1";
      delete row.dataset.failed;
      const next = nextAfter(row);
      if (next) choose(next);
      let answer = null;
      try {
        answer = await postAgain(row.dataset.decideUrl, { verb, seen: row.dataset.version, ...said });
      } catch (error) {
        const message = error.isFinal ? root.dataset.refused : root.dataset.failed;
        answer = { retry: true, message, version: row.dataset.version };
      }
      const shown = shownFor(row);
      delete row.dataset.busy;
      delete shown.dataset.busy;
      shown.dataset.version = answer.version;
      if (answer.retry) {
        if (said.reason) unsent.set(numberOf(row), said);
        showProblem(shown, answer.message);
        // Another search has put other comments in its place.
        if (!shown.isConnected) say(answer.message);
      } else {
        unsent.delete(numberOf(row));
        say(answer.message);
        showResult(shown, answer.message, answer.undo);
        if (!answer.done) showUnsent(shown, said);
        if (answer.undo) remember(answer.undo, numberOf(row), at);
      }
      goOn();
    }

    /* Keys always have a comment to be about, as long as there is one. */
    function goOn() {
      showProblems();
      // What is decided leaves a queue; elsewhere it stays, with the way back beside it.
      if (!left().length && isQueue) refresh();
      else if (!left().length) say(root.dataset.nothing);
      else if (!isOpen(current()) && open().length) choose(open()[0]);
    }

    function showProblem(row, message) {
      row.dataset.failed = "1";
      const problem = row.querySelector("[data-desk-problem]");
      problem.hidden = false;
      problem.textContent = message;
    }

    function showProblems() {
      const failed = rows().filter((row) => row.dataset.failed && !row.dataset.done);
      const text = failed.length ? root.dataset.problems : "";
      if (problems.textContent !== text) problems.textContent = text;
      problems.hidden = !text;
    }

    function showResult(row, message, undo) {
      row.dataset.done = "1";
      row.querySelector("[data-desk-problem]").hidden = true;
      const done = row.querySelector("[data-desk-done]");
      done.hidden = false;
      done.textContent = message;
      if (!undo) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-small button-secondary";
      button.textContent = root.dataset.undo;
      button.addEventListener("click", () => takeBack(undo, numberOf(row)));
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
      isTakingBack = true;
      try {
        const answer = await post(url, {});
        say(answer.message);
        const index = undone.findIndex((entry) => entry.url === url);
        if (index >= 0) undone.splice(index, 1);
        sessionStorage.setItem("desk-undo", JSON.stringify(undone));
        await refresh(pk);
        const row = current();
        // Keys that were meant for it strike no other.
        if (!answer.done || !row || numberOf(row) !== pk) held.length = 0;
      } catch (error) {
        say(root.dataset.failed);
        held.length = 0;
      } finally {
        isTakingBack = false;
      }
      held.splice(0).forEach(press);
    }

    /* The last decision is the last key, also if its answer is still on the way. */
    async function takeBackLast() {
      isTakingBack = true;
      await Promise.allSettled(sending);
      const last = undone[undone.length - 1];
      if (last) {
        await takeBack(last.url, last.pk);
        return;
      }
      isTakingBack = false;
      held.length = 0;
      say(root.dataset.noUndo);
    }

    /* Load the list again without leaving the page: there is no moment without keys. */
    function refresh(wanted = "") {
      const said = status.textContent;
      if (!wanted) say(root.dataset.empty);
      return queueLoad(wanted, said);
    }

    function queueLoad(wanted, said) {
      loading = loading.then(() => load(wanted, said));
      return loading;
    }

    async function load(wanted, said) {
      try {
        const url = `${root.dataset.resultsUrl}${window.location.search}`;
        const response = await fetch(url, { credentials: "same-origin" });
        if (response.status >= 500) throw new Error(String(response.status));
        if (!response.ok || response.redirected) {
          window.location.reload(); // signed out: the page itself says it best
          return;
        }
        replaceList(await response.text());
      } catch (error) {
        say(root.dataset.failed);
        setTimeout(() => queueLoad(wanted, said), RETRY_MS[1]);
        return;
      }
      if (!wanted) say(rows().length ? said : root.dataset.nothing);
      choose(rows().find((row) => numberOf(row) === wanted) || open()[0]);
    }

    function replaceList(html) {
      const under = new Set(rows().filter((row) => row.dataset.busy).map(numberOf));
      const list = document.getElementById("listing-results");
      list.innerHTML = html;
      rows().forEach((row) => {
        // Sent, but perhaps not yet known to the list when it was made.
        if (under.has(numberOf(row))) row.dataset.busy = "1";
      });
      list.dispatchEvent(new CustomEvent("w-swap:success", { bubbles: true }));
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
      if (unsent.has(numberOf(row))) fillAgain(unsent.get(numberOf(row)));
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
      decide(shownFor(row), verb, Object.fromEntries(data));
    }

    /* Closed without sending: what was typed is there when it is opened again. */
    function cancel() {
      if (asked && form.dataset.touched) {
        unsent.set(numberOf(asked.row), Object.fromEntries(new FormData(form)));
      }
      asked = null;
      if (dialog.open) dialog.close();
    }

    /* A key does something or says why not. */
    function act(key) {
      const row = current();
      if (!isOpen(row)) {
        say(isQueue && rows().length ? root.dataset.empty : root.dataset.nothing);
        return;
      }
      const button = row.querySelector(`[data-desk-key="${key}"]`);
      if (button) run(row, button);
      else say(root.dataset.impossible);
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
      u: takeBackLast,
    };

    /* Whether the key means something here; if so, it is done or waits for its turn. */
    function press(key) {
      if (isTakingBack) {
        if (KEYS[key] || isDigit(key)) held.push(key);
        return key in KEYS;
      }
      if (dialog.open) {
        const radios = form.querySelectorAll("input[type=radio]");
        const radio = isDigit(key) && radios[(Number(key) + 9) % 10];
        if (!radio) return false;
        radio.checked = true;
        send();
        return true;
      }
      if (!(key in KEYS)) return false;
      KEYS[key]();
      return true;
    }

    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !hasKeys) return;
      const isElsewhere = dialog.open
        ? event.target.matches("textarea, [type=text]")
        : isTyping(event.target) || document.querySelector("dialog[open]");
      if (!isElsewhere && press(event.key.toLowerCase())) event.preventDefault();
    });

    document.addEventListener("focusin", (event) => {
      const row = event.target.closest("[data-desk-comment]");
      if (isOpen(row) && row !== current()) choose(row, { focus: false });
    });

    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-desk-verb]");
      const row = button && button.closest("[data-desk-comment]");
      if (!row || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      if (isOpen(row)) run(row, button);
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
    dialog.querySelector("[data-desk-cancel]").addEventListener("click", cancel);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      cancel();
    });
    dialog.addEventListener("close", () => {
      // Told late: a quick moderator has opened it again for the next comment.
      if (dialog.open) return;
      cancel();
      const row = current();
      if (row) row.focus({ preventScroll: true });
    });
    // Filters and search put other comments in place of these.
    document.addEventListener("w-swap:success", () => {
      showProblems();
      if (!isOpen(current())) choose(open()[0], { focus: false });
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
    choose(open()[0], { focus: false });
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
