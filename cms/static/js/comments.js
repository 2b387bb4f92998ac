/* Comment form: what a cached page cannot know, proof of work in busy times, focus on mistakes. */
const form = document.querySelector("[data-comment-form]");
const anHour = 3_600_000;
let askedAt = -anHour;

form?.addEventListener("focusin", async () => {
  if (performance.now() - askedAt < anHour) return;
  askedAt = performance.now();
  try {
    const response = await fetch(form.dataset.ticketUrl, { credentials: "same-origin" });
    if (!response.ok) return;
    const fresh = await response.json();
    // Other texts than the ones shown: keep the old ticket, the server shows the new texts.
    if (fresh.texts === form.dataset.texts) form.elements.ticket.value = fresh.ticket;
    for (const name of ["name", "email"]) {
      const field = form.elements.namedItem(name);
      if (fresh[name] && !field.value) field.value = fresh[name];
    }
    if (fresh.challenge) prove(fresh.challenge);
  } catch {
    // Without the network the ticket of the page still works for a day.
  }
});

/* A worker does the sum while the reader types. Whoever sends before it is done is held, not lost. */
function prove(challenge) {
  if (!window.Worker || !window.crypto?.subtle) return;
  const status = form.querySelector("[data-proof-status]");
  const worker = new Worker(form.dataset.proofUrl, { type: "module" });
  let isWaiting = false;
  const stop = () => {
    worker.terminate();
    if (isWaiting) form.submit();
    isWaiting = false;
  };
  worker.addEventListener("message", ({ data }) => {
    form.elements.proof.value = btoa(JSON.stringify({ challenge, solution: data }));
    if (status.textContent) status.textContent = status.dataset.done;
    stop();
  });
  worker.addEventListener("error", stop);
  form.addEventListener("submit", (event) => {
    if (form.elements.proof.value || isWaiting) return;
    event.preventDefault();
    isWaiting = true;
    status.textContent = status.dataset.working;
    setTimeout(stop, 15_000);
  });
  worker.postMessage(challenge.parameters);
}

document.querySelector("[data-error-summary]")?.focus();
