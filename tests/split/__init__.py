"""The shop as several processes, each with its own PostgreSQL: started, bought from, killed, exported."""
