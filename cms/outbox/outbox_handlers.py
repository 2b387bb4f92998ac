"""The outbox's own work: mail."""

from cms.outbox import mail
from cms.outbox.queue import handler

handler(mail.KIND, on_parked=mail.park)(mail.send)
