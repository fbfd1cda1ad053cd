"""Runs the program at a pseudo-terminal, which is its controlling one; a test reads and types."""

import contextlib
import dataclasses
import os
import pty
import termios
import threading
import time

import program

CONTROLLING = ("setsid", "--ctty")  # takes the terminal that is its standard input
FROM_NULL = ("sh", "-c", 'exec "$@" </dev/null', "sh")


class Terminal:
    """A screen and a keyboard, and the program that was started there."""

    def __init__(self, check):
        self._check = check
        self._keyboard, self._line = pty.openpty()
        self._news = threading.Condition()
        self._written = b""
        self._read_to = 0
        self._reader = threading.Thread(target=self._watch, daemon=True)
        self._reader.start()
        self._since = time.monotonic()
        self.process = None

    def options(self, streams):
        """How to start a program here: `streams` are those of its three that the terminal is."""
        wrapper = CONTROLLING if "stdin" in streams else CONTROLLING + FROM_NULL
        return {**dict.fromkeys({*streams, "stdin"}, self._line), "wrapper": wrapper}

    @property
    def screen(self):
        """All that came up so far."""
        with self._news:
            return self._written.decode(errors="replace").replace("\r\n", "\n")

    def wait_for(self, text, within_s=20):
        """Reads on until `text` has come up (once more)."""
        with self._news:
            there = self._news.wait_for(lambda: self._is_next(text), within_s)
            assert there, f"no {text!r} on the terminal, but {self.screen!r}"
            self._read_to = self.screen.index(text, self._read_to) + len(text)

    def type(self, text, end="\n"):
        """Presses keys; "\\x03" is Ctrl-C."""
        os.write(self._keyboard, (text + end).encode())

    def interrupt(self, within_s=20):
        """Presses Ctrl-C, as people do: again, if a program was too busy to notice."""
        give_up = time.monotonic() + within_s
        while self.process.poll() is None and time.monotonic() < give_up:
            self.type("\x03", end="")
            time.sleep(0.5)

    def wait_for_echo(self, wanted, within_s=20):
        """Waits until typing is shown, or (as for a password) not shown; False if it never is."""
        give_up = time.monotonic() + within_s
        while self._echoes() != wanted and time.monotonic() < give_up:
            time.sleep(0.01)
        return self._echoes() == wanted

    def finish(self):
        """Waits for the end of the run; what came up is searched for secrets, too."""
        outcome = program.finish(self.process, self._since)
        echoes = self._echoes()
        self._unplug()
        outcome = dataclasses.replace(outcome, screen=self.screen)
        self._check(outcome)
        assert echoes, "the terminal no longer shows what is typed"
        return outcome

    def close(self):
        """Takes the terminal away, and the program if it still runs."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            self.process.communicate()
        self._unplug()
        os.close(self._keyboard)

    def _is_next(self, text):
        return self.screen.find(text, self._read_to) >= 0

    def _echoes(self):
        return bool(termios.tcgetattr(self._keyboard)[3] & termios.ECHO)

    def _unplug(self):
        """Lets go of the line, so that the reader comes to the end of what was written."""
        if self._line is not None:
            os.close(self._line)
            self._line = None
        self._reader.join(timeout=5)

    def _watch(self):
        """Reads until nobody has the line open any more, which is an error (EIO)."""
        with contextlib.suppress(OSError):
            while data := os.read(self._keyboard, 4096):
                with self._news:
                    self._written += data
                    self._news.notify_all()
