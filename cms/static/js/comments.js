/* Comment form: a ticket of its own on first focus, and focus on what went wrong. */
const form = document.querySelector("[data-comment-form]");

form?.addEventListener(
  "focusin",
  async () => {
    try {
      const response = await fetch(form.dataset.ticketUrl, { credentials: "omit" });
      if (!response.ok) return;
      const fresh = await response.json();
      // Another text than the one shown: keep the old ticket, the server shows the new text.
      if (String(fresh.text) === form.dataset.consentText) {
        form.elements.ticket.value = fresh.ticket;
      }
    } catch {
      // Without the network the ticket of the page still works.
    }
  },
  { once: true },
);

document.querySelector("[data-error-summary]")?.focus();
