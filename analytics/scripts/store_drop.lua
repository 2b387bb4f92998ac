-- Stores that an event was dropped before it came here, once.

return note_id() and append(ARGV[2]) or 'seen'
