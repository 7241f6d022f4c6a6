"""SQLite by itself, for scale: rows into tables without an index, in one transaction that is synced to disk."""

import contextlib
import os
import sqlite3
import time

ENTERED = ("message", "recipient", "content", "spool_use", "find_content")  # tables an entered letter has rows in


class Plain:
    def __init__(self, path):
        self.path = path

    def insert(self, tables):
        """{name: rows}; how long it takes, in seconds."""
        self.path.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(self.path, isolation_level=None)) as books:
            for pragma in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"):
                books.execute(pragma)
            for name, rows in tables.items():
                books.execute(f"CREATE TABLE {name} (" + ", ".join(f"c{i}" for i in range(len(rows[0]))) + ")")
            begun = time.monotonic()
            books.execute("BEGIN IMMEDIATE")
            for name, rows in tables.items():
                books.executemany(f"INSERT INTO {name} VALUES (" + ", ".join("?" * len(rows[0])) + ")", rows)
            books.execute("COMMIT")
            return time.monotonic() - begun


def rows_of(home):
    """What our own tables hold."""
    [path] = home.rglob("*.db")
    with contextlib.closing(sqlite3.connect(path)) as books:
        return {name: books.execute(f"SELECT * FROM {name}").fetchall() for name in ENTERED}


def one_row(letters, octets):
    """As many octets as our books have with all their indexes, in one row a letter."""
    return {"letter": [(os.urandom(16) * (octets // 16),) for _ in range(letters)]}
