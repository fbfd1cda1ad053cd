"""A server's clock, which tests may set ahead or back."""

import datetime
import email.utils
import time

AMZ_DATE = "%Y%m%dT%H%M%SZ"


class Clock:
    """Tells the time, `offset_s` seconds away from the real one."""

    def __init__(self):
        self.offset_s = 0

    def now(self):
        return time.time() + self.offset_s

    def http_date(self):
        return email.utils.formatdate(self.now(), usegmt=True)


def amz_date(epoch_s):
    """Writes a time as SigV4 does: 20260102T030405Z."""
    moment = datetime.datetime.fromtimestamp(epoch_s, datetime.timezone.utc)
    return moment.strftime(AMZ_DATE)


def parse_amz_date(text):
    """Reads what amz_date() writes; raises ValueError for anything else."""
    moment = datetime.datetime.strptime(text, AMZ_DATE)
    return moment.replace(tzinfo=datetime.timezone.utc).timestamp()


def rfc3339(epoch_s):
    """Writes a time as AWS and Kubernetes documents do: 2026-01-02T03:04:05Z."""
    moment = datetime.datetime.fromtimestamp(int(epoch_s), datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_rfc3339(text):
    """Reads what rfc3339() writes; raises ValueError for anything else."""
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    return moment.replace(tzinfo=datetime.timezone.utc).timestamp()
