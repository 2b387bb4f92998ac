// Counts one view once the page was visible for a second. No cookie, no storage.
((doc, nav) => {
try {
  const data = doc.currentScript.dataset, page = +data.page, engaged = "engagement" in data;
  let id, sent, seconds, scroll, told, active, timer;

  const post = (body, until) => {
    const retry = () => setTimeout(() => Date.now() < until && post(body), 3000);
    fetch("/_/view", { method: "POST", body, keepalive: true })
      .then(({ status }) => status == 503 && retry(), retry);
  };
  const view = () => {
    sent = true;
    post(JSON.stringify({
      id, page,
      ref: doc.referrer.split("/", doc.referrer.startsWith(origin) ? 9 : 3).join("/").slice(0, 400),
      loc: location.href.slice(0, 1200),
      auto: nav.webdriver ? "webdriver" : ["_phantom", "Cypress"].find((name) => window[name])
    }), Date.now() + 6e4);
  };
  const tick = () => {
    if (doc.hidden || --active < 0) return;
    seconds++;
    const depth = 100 * (scrollY + innerHeight) / doc.documentElement.scrollHeight;
    scroll = Math.max(scroll, Math.min(100, depth | 0));
  };
  const tell = () => {
    if (!engaged || !sent || told == seconds) return;
    told = seconds;
    nav.sendBeacon("/_/read", JSON.stringify({ id, page, seconds, scroll }));
  };
  const look = () => {
    clearTimeout(timer);
    if (doc.hidden) return tell();
    active = 5;
    if (!sent && !doc.prerendering) timer = setTimeout(view, 1000);
  };
  const begin = () => {
    id = crypto.getRandomValues(new Uint8Array(16)).reduce(
      (hex, byte) => hex + (byte + 256).toString(16).slice(1), "");
    sent = seconds = scroll = told = 0;
    look();
  };
  const on = (names, act) => names.split(" ").forEach(
    (name) => addEventListener(name, act, true));

  on("visibilitychange prerenderingchange", look);
  on("pagehide", tell);
  on("pageshow", (event) => event.persisted && begin());
  if (engaged) {
    on("scroll keydown pointerdown pointermove", () => (active = 5));
    setInterval(tick, 1000);
  }
  begin();
} catch {}
})(document, navigator);
