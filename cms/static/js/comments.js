/* Comment form: a new ticket for a tab that was open for long, and focus on what went wrong. */
const form = document.querySelector("[data-comment-form]");
const anHour = 3_600_000;
let freshUntil = anHour;

form?.addEventListener("focusin", async () => {
  if (performance.now() < freshUntil) return;
  freshUntil = performance.now() + anHour;
  try {
    const response = await fetch(form.dataset.ticketUrl, { credentials: "omit" });
    if (!response.ok) return;
    const fresh = await response.json();
    // Another text than the one shown: keep the old ticket, the server shows the new text.
    if (String(fresh.text) === form.dataset.consentText) {
      form.elements.ticket.value = fresh.ticket;
    }
  } catch {
    // Without the network the ticket of the page still works for a day.
  }
});

document.querySelector("[data-error-summary]")?.focus();
