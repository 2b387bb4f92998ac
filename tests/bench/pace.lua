-- wrk: wait between two requests of a connection, so that the server is not at its limit.
function delay()
   return tonumber(os.getenv("PAUSE"))
end
