"""The outbox's own work: mail."""

from cms.outbox import mail
from cms.outbox.queue import handler_of_many

handler_of_many(mail.KIND, on_parked=mail.park)(mail.send_all)
