"""Signs 10,000 requests with botocore, and prints what was signed and the signatures.

test/unit/test_sigv4_dates.c signs the same. A line a request, by tabs: time, region, service,
access key id, secret, session token, path, query, length of the body (all "a"), and then the
signature by header and that of the presigned URL. The seed is fixed: a failure comes back.
"""

import datetime
import random
import string
import sys

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

CASES = 10_000
LAST_S = 253_402_300_799  # 9999-12-31T23:59:59Z
HOST = "host.example"
EPOCH = datetime.datetime(1970, 1, 1)

REGIONS = ("us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1", "ap-southeast-7", "x")
SERVICES = ("ecr", "sts", "eks", "ecr-public", "s")
PATHS = ("/", "/clusters/a%20b", "/a/b~c_d-e.f", "/%E1%88%B4")
QUERIES = ("", "a=1&b=2", "b=&a=%20%2B", "Z=1&a=2&A=3&aa=0")
PRINTABLE = string.ascii_letters + string.digits + "+/=-_.~!@ %"


def text(dice, length):
    return "".join(dice.choices(PRINTABLE, k=length)).strip() or "x"


def make_case(dice):
    return {
        "time": dice.randrange(LAST_S + 1),
        "region": dice.choice(REGIONS),
        "service": dice.choice(SERVICES),
        "key": text(dice, dice.randrange(1, 33)),
        "secret": text(dice, dice.randrange(1, 201)),
        "token": dice.choice(("", text(dice, dice.choice((100, 1000, 2500))))),
        "path": dice.choice(PATHS),
        "query": dice.choice(QUERIES),
        "body_len": dice.choice((0, 2, dice.randrange(5000))),
    }


def sign(case, signer, request):
    now = EPOCH + datetime.timedelta(seconds=case["time"])
    botocore.auth.get_current_datetime = lambda: now
    credentials = Credentials(case["key"], case["secret"], case["token"] or None)
    signer(credentials, case["service"], case["region"]).add_auth(request)


def by_header(case, url):
    request = AWSRequest("POST", url, {"X-Amz-Target": "Some.Operation"}, "a" * case["body_len"])
    sign(case, botocore.auth.SigV4Auth, request)
    return request.headers["Authorization"].rsplit("Signature=")[1]


def by_query(case, url):
    request = AWSRequest("GET", url, {"x-k8s-aws-id": "name"})
    sign(case, botocore.auth.SigV4QueryAuth, request)
    return request.url.rsplit("&X-Amz-Signature=")[1]


def main():
    dice = random.Random(4)
    for _ in range(CASES):
        case = make_case(dice)
        url = f"https://{HOST}{case['path']}" + (f"?{case['query']}" if case["query"] else "")
        fields = (*case.values(), by_header(case, url), by_query(case, url))
        sys.stdout.write("\t".join(map(str, fields)) + "\n")


main()
