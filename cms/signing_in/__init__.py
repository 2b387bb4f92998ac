"""How staff sign in: throttled, noted, and with a second factor if they have or need one."""
