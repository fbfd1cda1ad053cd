"""How servers misbehave: each fault is a function that takes the exchange it spoils."""

import dataclasses
import json

from .message import Answer, json_answer, text_answer


def reply(status, text, content_type="application/json", **headers):
    """Answers with this text instead of the usual one."""
    return lambda exchange: exchange.send(text_answer(status, text, content_type, **headers))


def reply_json(status, document, **headers):
    """Answers with this document instead of the usual one."""
    return lambda exchange: exchange.send(json_answer(status, document, **headers))


def aws_error(code, message="", status=400, **headers):
    """Answers with an error as AWS's JSON services write it."""
    document = {"__type": code, "message": message}
    return reply_json(status, document, **headers)


def change_answer(change):
    """Answers with the usual JSON document after `change` had a go at it."""

    def behave(exchange):
        document = json.loads(exchange.usual_answer().body)
        exchange.send(json_answer(200, change(document) or document))

    return behave


def meanwhile(action):
    """Does something while the client waits, then answers as usual."""

    def behave(exchange):
        action()
        exchange.send(exchange.usual_answer())

    return behave


def answer_as_usual(exchange):
    exchange.send(exchange.usual_answer())


def never_answer(exchange):
    exchange.wait_until_client_leaves()


def answer_never_arrives(exchange):
    """Does what was asked, but never says so."""
    exchange.usual_answer()
    exchange.wait_until_client_leaves()


def answer_within_hops(hops):
    """Answers in packets that live for so many hops, as EC2's HttpPutResponseHopLimit has it."""

    def behave(exchange):
        exchange.limit_hops(hops)
        exchange.send(exchange.usual_answer())

    return behave


def answer_is_lost(exchange):
    """Does what was asked, then ends the connection before saying so."""
    exchange.usual_answer()
    exchange.hang_up()


def hang_up(exchange):
    exchange.hang_up()


def stall_after_headers(exchange):
    exchange.send_head(exchange.usual_answer())
    exchange.wait_until_client_leaves()


def close_mid_body(exchange):
    answer = exchange.usual_answer()
    exchange.send_head(answer)
    exchange.send_bytes(answer.body[: len(answer.body) // 2])
    exchange.hang_up()


def truncated(exchange):
    """A complete HTTP answer whose document ends half way."""
    answer = exchange.usual_answer()
    half = answer.body[: len(answer.body) // 2]
    exchange.send(Answer(answer.status, half, answer.headers))


def empty(exchange):
    answer = exchange.usual_answer()
    exchange.send(Answer(answer.status, b"", answer.headers))


def through_a_cache(exchange):
    answer = exchange.usual_answer()
    exchange.send(dataclasses.replace(answer, headers=(*answer.headers, ("Age", "1"))))


def huge(exchange, size=64 << 20):
    """More than anybody should read; stops when the client has had enough."""
    exchange.send_head(json_answer(200, "{}"), length=size)
    exchange.hang_up()
    for _ in range(size >> 16):
        exchange.send_bytes(b" " * (1 << 16))


def html(exchange):
    """What a captive portal or a lost load balancer says."""
    page = "<!DOCTYPE html><html><body><h1>It works!</h1></body></html>"
    exchange.send(text_answer(200, page, "text/html"))


def redirect_to(url):
    return lambda exchange: exchange.send(text_answer(302, "", Location=url))


def throttled(exchange):
    """AWS throttles with 400 and a code."""
    aws_error("ThrottlingException", "Rate exceeded")(exchange)


def too_many_requests(retry_after_s):
    """The API server's plain-text 429."""
    text = "Too many requests, please try again later.\n"
    return reply(429, text, "text/plain; charset=utf-8", Retry_After=retry_after_s)


def unavailable(retry_after_s=None):
    headers = {} if retry_after_s is None else {"Retry_After": retry_after_s}
    return reply(503, "Service Unavailable", "text/plain", **headers)
