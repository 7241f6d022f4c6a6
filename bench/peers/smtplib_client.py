"""Sends letters with Python's smtplib: PORT CONNECTIONS LETTERS FILE. A process a connection, each connection reused.

Prints seconds: from the first connection to the last answer, without Python's own start."""

import multiprocessing
import smtplib
import sys
import time


def work(port, letters, message):
    with smtplib.SMTP("127.0.0.1", port, local_hostname="[127.0.0.1]") as server:
        for _ in range(letters):
            server.sendmail("ada@example.org", ["bob@example.org"], message)


def main():
    port, connections, letters = map(int, sys.argv[1:4])
    with open(sys.argv[4], "rb") as file:
        message = file.read()
    begun = time.monotonic()
    if connections == 1:
        work(port, letters, message)
    else:
        shares = [letters // connections + (i < letters % connections) for i in range(connections)]
        workers = [multiprocessing.Process(target=work, args=(port, share, message)) for share in shares]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
            if worker.exitcode:
                sys.exit(worker.exitcode)
    print(time.monotonic() - begun)


main()
