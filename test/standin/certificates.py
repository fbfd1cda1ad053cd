"""A throw-away certificate authority and TLS contexts for servers on loopback."""

import ssl

import trustme

LOOPBACK_NAMES = ("127.0.0.1", "::1", "localhost")


class Authority:
    """Issues server certificates and knows how to be trusted."""

    def __init__(self):
        self._authority = trustme.CA()
        self.pem = self._authority.cert_pem.bytes()

    def user(self, name):
        """A user's certificate with the one that vouches for it, and its key; PEM."""
        between = self._authority.create_child_ca()
        leaf = between.issue_cert("user.invalid", common_name=name)
        chain = b"".join(part.bytes() for part in leaf.cert_chain_pems)
        return chain, leaf.private_key_pem.bytes()

    def server_context(self, *names, not_after=None, users=None):
        """A TLS context for a server that goes by `names` (loopback's by default).

        It asks for the certificates that the authority `users` has issued.
        """
        leaf = self._authority.issue_cert(*(names or LOOPBACK_NAMES), not_after=not_after)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        leaf.configure_cert(context)
        if users:
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(cadata=users.pem.decode())
        return context


def only_tls_1_1(context):
    """Makes a server too old for anybody: TLS 1.1 at most."""
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context
