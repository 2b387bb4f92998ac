// What the browser can do better than plain links: share sheet, players on request.
(() => {
  "use strict";

  for (const box of document.querySelectorAll("[data-share]")) {
    const button = box.querySelector("button");
    if (!navigator.share || !button) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      // A sheet that is closed again is no mistake.
      navigator.share({ title: box.dataset.title, url: box.dataset.url }).catch(() => {});
    });
  }

  for (const box of document.querySelectorAll("[data-embed]")) {
    const button = box.querySelector("button");
    const hint = box.querySelector(".embed__hint");
    button.hidden = hint.hidden = false;
    button.addEventListener("click", () => {
      const frame = document.createElement("iframe");
      frame.src = box.dataset.embed;
      frame.title = box.dataset.title;
      frame.allow = "autoplay; fullscreen; encrypted-media";
      frame.referrerPolicy = "strict-origin-when-cross-origin";
      frame.allowFullscreen = true;
      button.replaceWith(frame);
      hint.remove();
      frame.focus();
    });
  }
})();
