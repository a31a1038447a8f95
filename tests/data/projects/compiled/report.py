import psycopg2

print(psycopg2.extensions.libpq_version() > 0)
