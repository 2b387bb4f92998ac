"""What the outbox does for reader comments."""

from cms.outbox.queue import handler
from news.comments import access, ledger, replies

handler(replies.KIND)(replies.tell)
handler(ledger.KIND)(ledger.write)
handler(access.KIND)(access.answer)
